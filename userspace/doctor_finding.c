// SPDX-License-Identifier: GPL-2.0
/*
 * What checks of stepctl doctor find, and how they read it; see doctor_finding.h.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "doctor_finding.h"

void doctor_find(struct finding *finding, enum verdict verdict, const char *format, ...)
{
	va_list arguments;

	finding->verdict = verdict;
	va_start(arguments, format);
	vsnprintf(finding->found, sizeof(finding->found), format, arguments);
	va_end(arguments);
}

void doctor_add(struct finding *finding, const char *format, ...)
{
	size_t length = strlen(finding->found);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding->found + length, sizeof(finding->found) - length, format,
		  arguments);
	va_end(arguments);
}

void doctor_mend(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding->mend, sizeof(finding->mend), format, arguments);
	va_end(arguments);
}

int doctor_read(const char *path, char *bytes, size_t size)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : read(file, bytes, size - 1);

	if (file >= 0)
		close(file);
	bytes[length > 0 ? length : 0] = '\0';
	return length;
}
