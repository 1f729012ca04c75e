// SPDX-License-Identifier: GPL-2.0
/*
 * Starts the kernel /vmlinuz with the initramfs /initrd in place of the one that runs,
 * without a reset, on the emulated board virt: with the device tree that it has, and so
 * with the same command line, and an initramfs at the same place that is no longer.
 * kexec_file_load() would find places by itself; Debian's arm64 kernel has none.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of 256 MiB from 0x40000000 those that QEMU's loader leaves free, or uses for the same */
#define KERNEL_AT 0x40200000
#define TREE_AT 0x4e000000
#define START_AT 0x4f000000

#define PAGE 4096

/* The registers that a kernel expects; the two constants are behind the code */
static struct {
	unsigned int code[6];
	unsigned long tree, kernel;
} start = {
	{
		0x580000c0, /* ldr x0, tree */
		0xaa1f03e1, /* mov x1, xzr */
		0xaa1f03e2, /* mov x2, xzr */
		0xaa1f03e3, /* mov x3, xzr */
		0x58000084, /* ldr x4, kernel */
		0xd61f0080, /* br x4 */
	},
	TREE_AT,
	KERNEL_AT,
};

static void must(int true, const char *what)
{
	if (true)
		return;
	perror(what);
	exit(1);
}

/* A file in memory, once: there is no room for two kernels, and one to come. */
static void *map(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	struct stat stat;
	void *bytes;

	must(fd >= 0 && !fstat(fd, &stat), path);
	*size = stat.st_size;
	bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	must(bytes != MAP_FAILED, path);
	close(fd);
	return bytes;
}

/* A file of the kernel's own, which gives a page at a time. Returns its size. */
static size_t read_all(const char *path, char *bytes, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t length = 0;
	ssize_t got;

	must(fd >= 0, path);
	while ((got = read(fd, bytes + length, size - length)) > 0)
		length += got;
	must(!got && length, path);
	close(fd);
	return length;
}

/* A number of the device tree, of 4 or 8 bytes. */
static unsigned long read_number(const char *path)
{
	char bytes[8];
	size_t size = read_all(path, bytes, sizeof(bytes));
	unsigned long number = 0;
	size_t i;

	for (i = 0; i < size; i++)
		number = number << 8 | (unsigned char)bytes[i];
	return number;
}

static size_t whole_pages(size_t size)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

static char tree[2 << 20]; /* no kernel takes a larger one */

int main(void)
{
	unsigned long initrd = read_number("/proc/device-tree/chosen/linux,initrd-start");
	unsigned long end = read_number("/proc/device-tree/chosen/linux,initrd-end");
	struct kexec_segment segment[4] = {
		{ .mem = (void *)KERNEL_AT },
		{ .mem = (void *)TREE_AT },
		{ .mem = (void *)initrd },
		{ .mem = (void *)START_AT, .buf = &start, .bufsz = sizeof(start) },
	};
	int i;

	segment[0].buf = map("/vmlinuz", &segment[0].bufsz);
	segment[1].buf = tree;
	segment[1].bufsz = read_all("/sys/firmware/fdt", tree, sizeof(tree));
	segment[2].buf = map("/initrd", &segment[2].bufsz);
	must(segment[2].bufsz <= end - initrd, "the initramfs is too large");
	for (i = 0; i < 4; i++)
		segment[i].memsz = whole_pages(segment[i].bufsz);
	/* its header says how much it takes, with what is not in the file */
	segment[0].memsz = whole_pages(((unsigned long *)segment[0].buf)[2]);
	segment[2].memsz = whole_pages(end - initrd);
	must(!syscall(SYS_kexec_load, START_AT, 4, segment, KEXEC_ARCH_AARCH64), "kexec_load");
	must(!syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		      LINUX_REBOOT_CMD_KEXEC, NULL),
	     "reboot");
}
