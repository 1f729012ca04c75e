// SPDX-License-Identifier: GPL-2.0
/*
 * What outlives stepperd: positions and presets, in a file of lines of the language
 * that say them again. The file is replaced as a whole, so that a power cut leaves
 * the old one or the new. That positions can be trusted is written at an orderly end
 * alone, and taken back at the start.
 */
#define _GNU_SOURCE /* getline() */
#include <assert.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "stepperd_store.h"
#include "stepperd_line.h"

/* All presets and a position of eight axes with long names, and some lines. */
#define TEXT_MAX ((PRESETS_MAX + 1) * AXES_MAX * 48 + 1024)

#define TRUST "# trusted "

struct store {
	const char *path;
	struct preset preset[PRESETS_MAX]; /* as they were kept last */
	/* A thread writes, as a disk may take its time; wanted, ended and text are under lock: */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool wanted;
	bool ended;
	char text[TEXT_MAX];
};

static void print_positions(struct text *text, const struct machine *machine, const s64 *target)
{
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		text_printf(text, "%s IS ", machine->names.name[i]);
		text_micro(text, target[i], true);
		text_end_line(text);
	}
}

/* "# trusted PAN 3 -89": and where its motor stands, in its phases and in its play */
static void print_trust(struct text *text, struct machine *machine, unsigned int axis)
{
	struct stand stand = machine_stand(machine, axis);

	text_printf(text, TRUST "%s %u %lld\n", machine->names.name[axis], stand.phase,
		    stand.play);
}

static void print_state(char *bytes, struct machine *machine, bool trusted)
{
	const struct machine_state *state = &machine->state;
	s64 target[AXES_MAX];
	struct text text;
	unsigned int i;

	text_init(&text, bytes, TEXT_MAX - 1);
	text_printf(&text, "# stepperd writes this, and reads it when it starts\n");
	for (i = 0; i < PRESETS_MAX; i++) {
		if (!state->preset[i].name[0])
			continue;
		print_positions(&text, machine, state->preset[i].target);
		text_printf(&text, "SAVE %s\n", state->preset[i].name);
	}
	for (i = 0; i < machine->names.count; i++)
		target[i] = state->axis[i].target;
	print_positions(&text, machine, target);
	for (i = 0; i < machine->names.count; i++)
		if (trusted && state->axis[i].trust == TRUST_KNOWN)
			print_trust(&text, machine, i);
	bytes[text.length] = '\0';
}

/* Replace the file at once, on the disk as well. */
static bool write_file(const char *path, const char *bytes)
{
	size_t length = strlen(bytes);
	char new[PATH_MAX], directory[PATH_MAX];
	bool good;
	int fd;

	snprintf(new, sizeof(new), "%s.new", path);
	snprintf(directory, sizeof(directory), "%s", path);
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd >= 0)
		errno = ENOSPC; /* if not all is written */
	good = fd >= 0 && write(fd, bytes, length) == (ssize_t)length && !fsync(fd);
	if (fd >= 0)
		close(fd);
	good = good && !rename(new, path);
	if (!good) {
		fprintf(stderr, "stepperd: %s: %s\n", path, strerror(errno));
		return false;
	}
	fd = open(dirname(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return true;
}

static void *write_thread(void *data)
{
	struct store *store = data;
	char text[TEXT_MAX];

	pthread_mutex_lock(&store->lock);
	while (store->wanted || !store->ended) {
		if (!store->wanted) {
			pthread_cond_wait(&store->wake, &store->lock);
			continue;
		}
		store->wanted = false;
		memcpy(text, store->text, sizeof(text));
		pthread_mutex_unlock(&store->lock);
		write_file(store->path, text);
		pthread_mutex_lock(&store->lock);
	}
	pthread_mutex_unlock(&store->lock);
	return NULL;
}

static void take_trust(struct machine *machine, const char *line)
{
	char name[AXIS_NAME_MAX + 1];
	struct stand stand;
	unsigned int i;

	static_assert(sizeof(name) == 16);
	if (sscanf(line, TRUST "%15s %hhu %lld", name, &stand.phase, &stand.play) != 3)
		return;
	for (i = 0; i < machine->names.count; i++) {
		if (strcmp(machine->names.name[i], name))
			continue;
		machine_set_stand(machine, i, &stand);
		machine->state.axis[i].trust = TRUST_KNOWN;
	}
}

/*
 * Say again what the file says. A line that does not fit the machine, as its axes or
 * their scale are others now, is told and passed over.
 */
static void read_file(struct machine *machine, FILE *file, const char *path)
{
	struct error_report report;
	unsigned int number = 0, i;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (run_own_line(machine, line, &report))
			fprintf(stderr, "stepperd: %s:%u: %s\n", path, number, report.text);
	}
	for (i = 0; i < machine->names.count; i++)
		machine->state.axis[i].trust = TRUST_LOST;
	rewind(file);
	while (getline(&line, &size, file) >= 0)
		take_trust(machine, line);
	free(line);
}

struct store *store_begin(struct machine *machine, const char *path)
{
	struct store *store = calloc(1, sizeof(*store));
	FILE *file = fopen(path, "re");

	if (file) {
		read_file(machine, file, path);
		fclose(file);
	}
	if (!store)
		return NULL;
	store->path = path;
	memcpy(store->preset, machine->state.preset, sizeof(store->preset));
	print_state(store->text, machine, false);
	if ((!file && errno != ENOENT) || !write_file(path, store->text))
		return NULL;
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->wake, NULL);
	if (pthread_create(&store->thread, NULL, write_thread, store))
		return NULL;
	return store;
}

void store_keep(struct store *store, struct machine *machine)
{
	if (!memcmp(store->preset, machine->state.preset, sizeof(store->preset)))
		return;
	memcpy(store->preset, machine->state.preset, sizeof(store->preset));
	pthread_mutex_lock(&store->lock);
	print_state(store->text, machine, false);
	store->wanted = true;
	pthread_cond_signal(&store->wake);
	pthread_mutex_unlock(&store->lock);
}

void store_end(struct store *store, struct machine *machine, bool trusted)
{
	pthread_mutex_lock(&store->lock);
	print_state(store->text, machine, trusted);
	store->wanted = true;
	store->ended = true;
	pthread_cond_signal(&store->wake);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->thread, NULL);
}
