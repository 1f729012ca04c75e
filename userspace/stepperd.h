/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of stepperd share: one machine served by one process. stepperd.c
 * starts, loops and ends it, stepperd_files.c is its face as a file, stepperd_engine.c
 * its clock and pins, stepperd_switches.c its inputs. What lines mean and how motors
 * move is told in hw/ alone.
 */
#ifndef USERSPACE_STEPPERD_H
#define USERSPACE_STEPPERD_H

#define FUSE_USE_VERSION 312

#include <fuse_lowlevel.h>
#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#include "../hw/session.h"
#include "../hw/sim/head.h"

#define OUTPUT_PINS 64 /* bits of the words in hw/pins.h */
#define PINS_MAX (OUTPUT_PINS + SWITCHES_MAX)

enum pull {
	PULL_NONE,
	PULL_UP,
	PULL_DOWN,
};

/* Where a pin of hw/pins.h or a switch of hw/switches.h leads. */
struct pin {
	u64 mask; /* its bit; those of several axes, if they share an enable line; or: */
	u32 input; /* that of a switch */
	char chip[24]; /* in /dev */
	unsigned int line;
	bool low; /* active low */
	enum pull pull; /* of a switch */
};

struct gpio;
struct store;

/*
 * The edge side: a thread that emits the edges that are due. All but the thread's
 * own is under lock, which inherits priority and is held for microseconds. Taken
 * for the machine by way of pins.
 */
struct engine {
	struct pins pins;
	struct motion *motion;
	struct head *head; /* the virtual head, or NULL: then */
	struct gpio *gpio;
	u32 head_switches; /* of the head, as they were told of last: */
	int head_changed; /* an eventfd for that */
	int attention; /* an eventfd: the process side should look at switches */
	int failed; /* errno of setting a pin, or 0 */
	pthread_mutex_t lock;
	pthread_cond_t wake; /* the plan changed, or stopped is set */
	pthread_t thread;
	u64 set_ns; /* just after pins were set last */
	bool stopped;
};

struct file;
struct request;

/* The process side; one thread. */
struct daemon {
	struct machine machine;
	struct engine engine;
	struct store *store; /* what is kept, or NULL */
	struct fuse_session *fuse;
	struct file *files; /* that are open */
	struct request *requests; /* of the kernel, unanswered, in order */
	const char *device; /* its name in /dev, or NULL: it is a file in a mount */
	fuse_ino_t inodes; /* handed out last; see stepperd_mount.c */
	mode_t mode; /* of the file; in a mount, with its owner: */
	uid_t uid;
	gid_t gid;
	u64 service_ns; /* when machine_service() is due */
	bool changed; /* who waits should look again */
	bool ending; /* on the way to the end: no file is opened any more */
};

static inline u64 clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* stepperd_engine.c */

/* Before the machine has an axis: no pin is set, until head or gpio is. */
void engine_init(struct engine *engine, struct motion *motion);

/*
 * How many steps/s @axes can be served with at once, by the time that setting a pin
 * takes; half of what that alone would allow, as steps must be computed, too.
 */
u32 engine_highest_rate(struct engine *engine, unsigned int axes);

/* Start the thread, at a real-time priority if that is allowed. 0 or an errno. */
int engine_start(struct engine *engine);

/* Start a thread of this real-time priority, or of none if that is not allowed. */
int engine_start_thread(pthread_t *thread, int priority, void *(*run)(void *), void *data);

/* Wait for the last edge, and end the thread. After machine_shut_down(). */
void engine_stop(struct engine *engine);

/* The switches of the virtual head that are tripped, as in hw/switches.h. */
u32 engine_head_switches(struct engine *engine);

/* Press its emergency stop, or let it go. */
void engine_press_stop(struct engine *engine, bool pressed);

/* stepperd_switches.c */

struct config;

/*
 * Let the machine have the switches of @config or, if there is one, of the virtual head.
 * False if one cannot be: stderr has been told.
 */
bool inputs_add(struct engine *engine, struct machine *machine, const struct config *config);

/* From now on the machine is told of them, by a thread to the end. 0 or an errno. */
int inputs_start(void);

/* stepperd_files.c; those with a fuse_req_t are its operations, for CUSE and FUSE alike */

void file_open(fuse_req_t req, struct fuse_file_info *info);
void file_write(fuse_req_t req, const char *bytes, size_t size, off_t offset,
		struct fuse_file_info *info);
void file_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *info);
void file_poll(fuse_req_t req, struct fuse_file_info *info, struct fuse_pollhandle *handle);
void file_fsync(fuse_req_t req, int datasync, struct fuse_file_info *info);
void file_flush(fuse_req_t req, struct fuse_file_info *info);
void file_release(fuse_req_t req, struct fuse_file_info *info);

/* Give each request a turn. Whether there may be one that could go on at once. */
bool files_run(struct daemon *daemon);

/* Answer all requests that wait with an error: the device goes. */
void files_end(struct daemon *daemon, int error);

/*
 * To be called after the machine was given something, or when service_ns has come:
 * retires what is done and, if @changed, wakes all who wait.
 */
void daemon_serve(struct daemon *daemon, bool changed);

/* stepperd_gpio.c */

/*
 * Take the lines of these pins as outputs, at their inactive level. NULL if that
 * cannot be: stderr has been told. @pin stays in use; the lines are held until the
 * process ends, and keep their level.
 */
struct gpio *gpio_request(const struct pin *pin, unsigned int count);

/* As set() of hw/pins.h. 0, or an errno: the chip is gone. Edge side. */
int gpio_set(struct gpio *gpio, u64 lines, u64 levels);

struct gpio_input;

/*
 * Take the line of @pin as an input. NULL if that cannot be: stderr has been told. Of
 * @events can be read when the level has changed; -1: the line does not tell of that.
 */
struct gpio_input *gpio_input_request(const struct pin *pin, int *events);

/* Whether the line is active, 1 or 0; -1: the chip is gone. */
int gpio_input_level(struct gpio_input *input);

/* stepperd_config.c */

struct config {
	struct pin pin[PINS_MAX];
	unsigned int pins;
	enum drive drive[AXES_MAX];
};

enum config_use {
	CONFIG_FIRST, /* pins, axes (in the order of the file), and settings */
	CONFIG_SIM, /* settings; the axes are those of the virtual head */
	CONFIG_AGAIN, /* settings that may have changed; of pins, what they are to be */
};

/*
 * Read the file at @path into an empty @config and into the machine; its form is told
 * in stepperd(8). False if something is wrong: stderr has been told, and what came
 * before it in the file is in force.
 */
bool config_read(struct config *config, struct machine *machine, const char *path,
		 enum config_use use);

/* Run a line that nobody wrote, with all privileges. 0, or a negative errno. */
int run_own_line(struct machine *machine, const char *line, struct error_report *report);

/* stepperd_store.c */

/*
 * Take positions and presets from the file at @path, if there is one, and write there
 * that positions are not to be trusted from now on. NULL if that cannot be: stderr has
 * been told. @path stays in use.
 */
struct store *store_begin(struct machine *machine, const char *path);

/* To be called when lines have run: presets are kept at once, by a thread. */
void store_keep(struct store *state, const struct machine *machine);

/* Keep all; positions that the machine trusts can be @trusted. Waits for the disk. */
void store_end(struct store *state, const struct machine *machine, bool trusted);

/* stepperd_notify.c */

/* Tell systemd, if it has asked for it, as sd_notify(3). */
void notify(const char *message);

/* stepperd_device.c */

/* Make the character device /dev/NAME. 0, or -1: stderr has been told. */
int device_begin(struct daemon *daemon, const char *name);
void device_end(struct daemon *daemon);

/* stepperd_mount.c */

/*
 * Show the file DIRECTORY/stepper, in a directory that is made if there is none.
 * 0, or -1 if it could not be done: stderr has been told.
 */
int mount_begin(struct daemon *daemon, const char *directory);
void mount_end(struct daemon *daemon);

#endif
