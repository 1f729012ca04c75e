// SPDX-License-Identifier: GPL-2.0
/*
 * How far it is, told to systemd if that waits for it: sd_notify(3). That page gives
 * the protocol for programs that would not load libsystemd for one message; here its
 * memory would be locked as well.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "stepperd_notify.h"

void notify(const char *message)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length;
	int fd;

	if (!path || !path[0] || strlen(path) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, strlen(path));
	length = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* of the abstract namespace */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, message, strlen(message), MSG_NOSIGNAL, (void *)&address, length) < 0)
		fprintf(stderr, "stepperd: %s: %s\n", path, strerror(errno));
	close(fd);
}
