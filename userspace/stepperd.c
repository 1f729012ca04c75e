// SPDX-License-Identifier: GPL-2.0
/*
 * stepperd: the driver as a process, for machines where no module can be loaded.
 * Starts the machine, and lends it to the kernel's requests, timers and signals, one
 * at a time, until it is told to end.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "stepperd_clock.h"
#include "stepperd_config.h"
#include "stepperd_device.h"
#include "stepperd_edges.h"
#include "stepperd_engine.h"
#include "stepperd_files.h"
#include "stepperd_line.h"
#include "stepperd_mount.h"
#include "stepperd_notify.h"
#include "stepperd_store.h"
#include "stepperd_switches.h"

#define STATUS_FAILED 1
#define STATUS_USAGE 2

struct options {
	bool sim;
	const char *config;
	const char *state;
	const char *mount;
	const char *device;
	const char *edges;
	int no_cuse; /* errno: mount was not asked for */
};

#define CONFIG_FILE "/etc/stepperd.conf"

static struct daemon daemon_data;
static struct engine engine;
static struct config config;
static struct head head;

static bool fail(const char *what, int error)
{
	fprintf(stderr, "stepperd: %s: %s\n", what, strerror(error));
	return false;
}

/* The axes that the virtual head has, with its settings. */
static bool add_head_axes(struct machine *machine)
{
	struct error_report report;
	unsigned int axis, i;

	machine->outputs = 1;
	for (axis = 0; axis < HEAD_AXES; axis++) {
		const struct head_axis_data *data = &head_axis_data[axis];

		if (machine_add_axis(machine, data->name, &report) < 0)
			return false;
		for (i = 0; i < data->settings_count; i++)
			if (machine_configure(machine, axis, data->settings[i], &report))
				return false;
	}
	return true;
}

/* The pins, the axes that they are of, and their settings. */
static bool make_machine(struct daemon *daemon, const struct options *options)
{
	struct machine *machine = &daemon->machine;

	machine_init(machine, &engine.pins);
	engine_init(&engine, &machine->motion);
	if (options->sim) {
		head_init(&head);
		engine.head = &head;
		return (!options->edges || edges_begin(options->edges)) &&
		       add_head_axes(machine) &&
		       inputs_add(&engine, machine, NULL) &&
		       (!options->config || config_read(&config, machine, options->config,
							CONFIG_SIM));
	}
	if (!config_read(&config, machine, options->config, CONFIG_FIRST) ||
	    !inputs_add(&engine, machine, &config))
		return false;
	engine.gpio = gpio_request(config.pin, config.pins);
	if (!engine.gpio)
		return false;
	machine_limit_rate(machine, engine_measure(&engine));
	return true;
}

/* The first signal to end slows the axes down, the second stops them where they are. */
static void begin_to_end(struct daemon *daemon)
{
	struct error_report report;

	if (engine.failed)
		fail("setting a pin", engine.failed);
	if (daemon->ending || engine.failed)
		machine_shut_down(&daemon->machine, clock_ns());
	daemon->ending = true;
	notify("STOPPING=1");
	run_own_line(&daemon->machine, "STOP", &report);
	daemon_serve(daemon, true);
}

/* Settings may have changed in the file; pins may not. All of it counts, or nothing. */
static void reload(struct daemon *daemon, const struct options *options)
{
	if (!options->config)
		return;
	notify("RELOADING=1");
	if (!config_read(&config, &daemon->machine, options->config,
			 options->sim ? CONFIG_SIM : CONFIG_AGAIN))
		fprintf(stderr, "stepperd: %s: nothing has changed\n", options->config);
	notify("READY=1");
	daemon_serve(daemon, true);
}

static bool is_over(const struct daemon *daemon)
{
	return daemon->ending && daemon->machine.state.done == daemon->machine.state.queued;
}

static void take_signal(struct daemon *daemon, int fd, const struct options *options)
{
	struct signalfd_siginfo signal;

	if (read(fd, &signal, sizeof(signal)) != sizeof(signal))
		return;
	switch (signal.ssi_signo) {
	case SIGHUP:
		reload(daemon, options);
		break;
	case SIGUSR1:
	case SIGUSR2:
		if (options->sim)
			engine_press_stop(&engine, signal.ssi_signo == SIGUSR1);
		break;
	default:
		begin_to_end(daemon);
	}
}

/* The time of the machine has come, or switches have changed. */
static void take_turn(struct daemon *daemon, int fd)
{
	u64 times;

	if (read(fd, &times, sizeof(times)) == sizeof(times))
		daemon_serve(daemon, true);
}

/* Before anything that was asked for after it. */
static void look_for_sleep(struct daemon *daemon)
{
	if (!engine_slept(&engine))
		return;
	machine_shut_down(&daemon->machine, clock_ns());
	engine_wake(&engine);
	daemon_serve(daemon, true);
}

/* Let the kernel ask for one thing. False if the mount is gone. */
static bool take_request(struct daemon *daemon, struct fuse_buf *buffer)
{
	int length = fuse_session_receive_buf(daemon->fuse, buffer);

	if (length > 0)
		fuse_session_process_buf(daemon->fuse, buffer);
	return length > 0 || length == -EINTR || length == -EAGAIN;
}

static void set_timer(int fd, u64 at_ns)
{
	struct itimerspec at = {};

	if (at_ns <= S64_MAX) {
		at.it_value.tv_sec = at_ns / NS_PER_S;
		at.it_value.tv_nsec = at_ns % NS_PER_S;
	}
	timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL);
}

/* Until the end is ordered and the axes rest, or the mount is gone. */
static void serve_requests(struct daemon *daemon, int signals, int timer,
			   const struct options *options)
{
	struct pollfd sources[] = {
		{ .fd = fuse_session_fd(daemon->fuse), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = timer, .events = POLLIN },
		{ .fd = engine.attention, .events = POLLIN },
	};
	struct fuse_buf buffer = {};
	int idle_ms = options->edges ? EDGES_MS : -1;
	bool more;

	while (!is_over(daemon)) {
		edges_copy(&engine);
		more = files_run(daemon);
		set_timer(timer, daemon->service_ns);
		if (poll(sources, ARRAY_SIZE(sources), more ? 0 : idle_ms) < 0)
			continue;
		look_for_sleep(daemon);
		if (sources[3].revents)
			take_turn(daemon, engine.attention);
		if (sources[2].revents)
			take_turn(daemon, timer);
		if (sources[1].revents)
			take_signal(daemon, signals, options);
		if (sources[0].revents && !take_request(daemon, &buffer)) {
			sources[0].fd = -1;
			begin_to_end(daemon);
		}
	}
	free(buffer.mem);
}

/* What the head has seen, for those who try the language without hardware. */
static void print_head(void)
{
	unsigned int i;
	u64 faults = 0;

	for (i = 0; i < HEAD_FAULTS; i++)
		faults += head.faults[i];
	fprintf(stderr, "stepperd: the virtual head ends at");
	for (i = 0; i < HEAD_AXES; i++)
		fprintf(stderr, " %s %lld", head_axis_data[i].name, head.position[i]);
	fprintf(stderr, " steps, after %llu faults\n", faults);
}

static sigset_t handled_signals(void)
{
	sigset_t handled;

	sigemptyset(&handled);
	sigaddset(&handled, SIGTERM);
	sigaddset(&handled, SIGINT);
	sigaddset(&handled, SIGHUP);
	sigaddset(&handled, SIGUSR1);
	sigaddset(&handled, SIGUSR2);
	return handled;
}

/* What is kept, and the thread of the edges: nothing moves before. */
static bool start(struct daemon *daemon, const struct options *options)
{
	const struct sched_param priority = { .sched_priority = 1 };
	int error;

	if (options->state) {
		daemon->store = store_begin(&daemon->machine, options->state);
		if (!daemon->store)
			return false;
	}
	error = engine_start(&engine);
	if (!error)
		error = inputs_start();
	if (error)
		return fail("thread", error);
	/* Not what is to come: the edges are made with what is there now. */
	mlockall(MCL_CURRENT);
	/* STOP should not wait for others. */
	sched_setscheduler(0, SCHED_FIFO, &priority);
	return true;
}

static void stop(struct daemon *daemon)
{
	if (daemon->store)
		store_end(daemon->store, &daemon->machine, !engine.failed);
	machine_shut_down(&daemon->machine, clock_ns());
	engine_stop(&engine);
	edges_copy(&engine);
	files_end(daemon, ENODEV);
}

/* Without a word where: a device if that can be, else a mount. False: nothing can be. */
static bool choose_place(struct options *options)
{
	if (options->device || options->mount)
		return true;
	options->device = "stepper";
	options->no_cuse = device_allowed();
	if (!options->no_cuse)
		return true;
	options->mount = mount_of_user();
	if (options->mount)
		return true;
	fprintf(stderr,
		"stepperd: /dev/cuse: %s, and no XDG_RUNTIME_DIR to mount in (--mount DIRECTORY)\n",
		strerror(options->no_cuse));
	return false;
}

static bool begin(struct daemon *daemon, const struct options *options)
{
	if (!options->mount)
		return !device_begin(daemon, options->device);
	if (mount_begin(daemon, options->mount))
		return false;
	if (options->no_cuse)
		fprintf(stderr, "stepperd: /dev/cuse: %s, so the device is %s/stepper\n",
			strerror(options->no_cuse), options->mount);
	return true;
}

static bool run(struct daemon *daemon, const struct options *options)
{
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	const sigset_t handled = handled_signals();
	int signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
	bool good;

	if (timer < 0 || signals < 0)
		return fail("timer or signals", errno);
	if (!begin(daemon, options))
		return false;
	fcntl(fuse_session_fd(daemon->fuse), F_SETFL, O_NONBLOCK);
	good = start(daemon, options);
	if (good) {
		daemon_serve(daemon, true);
		serve_requests(daemon, signals, timer, options);
		stop(daemon);
	}
	if (options->mount)
		mount_end(daemon);
	else
		device_end(daemon);
	return good;
}

static void print_usage(FILE *out)
{
	fprintf(out,
		"usage: stepperd [--sim] [--config FILE] [--state FILE]\n"
		"                [--device NAME | --mount DIRECTORY] [--edges FILE]\n\n"
		"  --sim              move a virtual pan/tilt head\n"
		"  --edges FILE       write down what its lines do, for stepctl capture\n"
		"  --config FILE      pins and settings; " CONFIG_FILE " if nothing is said\n"
		"  --state FILE       keep positions and presets there\n"
		"  --device NAME      serve /dev/NAME, by CUSE; stepper if nothing is said\n"
		"  --mount DIRECTORY  serve DIRECTORY/stepper, by FUSE, which needs no root;\n"
		"                     where there is no CUSE /run/stepper or, for others than\n"
		"                     root, $XDG_RUNTIME_DIR/stepper if nothing is said\n"
		"  --help, --version\n\n"
		"stepperd(8) tells more.\n");
}

/* Sets @status where there is nothing to run. */
static bool take_options(int count, char **arguments, struct options *options, int *status)
{
	static const struct option names[] = {
		{ "sim", no_argument, NULL, 's' },
		{ "config", required_argument, NULL, 'c' },
		{ "state", required_argument, NULL, 'k' },
		{ "device", required_argument, NULL, 'd' },
		{ "mount", required_argument, NULL, 'm' },
		{ "edges", required_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{},
	};
	int option;

	while ((option = getopt_long(count, arguments, "", names, NULL)) >= 0) {
		switch (option) {
		case 's':
			options->sim = true;
			break;
		case 'c':
			options->config = optarg;
			break;
		case 'k':
			options->state = optarg;
			break;
		case 'd':
			options->device = optarg;
			break;
		case 'm':
			options->mount = optarg;
			break;
		case 'e':
			options->edges = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return false;
		case 'v':
			printf("stepperd %s\n", MACHINE_VERSION);
			return false;
		default:
			*status = STATUS_USAGE;
			return false;
		}
	}
	if (!(options->device && options->mount) && !(options->edges && !options->sim) &&
	    optind == count)
		return true;
	print_usage(stderr);
	*status = STATUS_USAGE;
	return false;
}

/* Root's device is for the group stepper, if there is one. */
static void set_owner(struct daemon *daemon)
{
	const struct group *group = geteuid() ? NULL : getgrnam("stepper");

	daemon->mode = 0660;
	daemon->uid = geteuid();
	daemon->gid = group ? group->gr_gid : getegid();
}

int main(int count, char **arguments)
{
	struct daemon *daemon = &daemon_data;
	const sigset_t handled = handled_signals();
	struct options options = {};
	int status = 0;

	if (!take_options(count, arguments, &options, &status))
		return status;
	set_owner(daemon);
	if (!options.config && !options.sim)
		options.config = CONFIG_FILE;
	/* Before there is another thread, which would take them. */
	sigprocmask(SIG_BLOCK, &handled, NULL);
	if (!make_machine(daemon, &options) || !choose_place(&options) ||
	    !run(daemon, &options))
		return STATUS_FAILED;
	if (options.sim)
		print_head();
	return engine.failed ? STATUS_FAILED : 0;
}
