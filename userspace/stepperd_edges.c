// SPDX-License-Identifier: GPL-2.0
/*
 * Writing down what the virtual head sees; see stepperd_edges.h.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "stepperd_edges.h"

/* As many are taken at a time, so that no edge has to wait for long. */
#define EDGES_MAX 64
#define TEXT_MAX (EDGES_MAX * 48)

static int file = -1;
static u64 copied; /* edges, of those that the head has ever seen */

bool edges_begin(const char *path)
{
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (file < 0)
		fprintf(stderr, "stepperd: %s: %s\n", path, strerror(errno));
	return file >= 0;
}

/* How many there were, EDGES_MAX at most. */
static unsigned int take(struct engine *engine, struct head_edge *edge)
{
	const struct head *head = engine->head;
	unsigned int count = 0;

	pthread_mutex_lock(&engine->lock);
	copied = max(copied, head_oldest_edge(head));
	while (copied != head->edges && count < EDGES_MAX)
		edge[count++] = head_edge(head, copied++);
	pthread_mutex_unlock(&engine->lock);
	return count;
}

void edges_copy(struct engine *engine)
{
	struct head_edge edge[EDGES_MAX];
	unsigned int count, i;
	char text[TEXT_MAX];
	size_t length;

	if (file < 0)
		return;
	do {
		count = take(engine, edge);
		length = 0;
		for (i = 0; i < count; i++)
			length += snprintf(text + length, sizeof(text) - length, "%llu %s %d\n",
					   edge[i].t_ns, head_line_name[edge[i].line],
					   edge[i].level);
		/* Whole lines at a time, for who reads meanwhile. */
		if (write(file, text, length) != (ssize_t)length) {
			perror("stepperd: writing edges");
			close(file);
			file = -1;
		}
	} while (count == EDGES_MAX && file >= 0);
}
