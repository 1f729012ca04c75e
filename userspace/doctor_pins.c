// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of stepctl doctor: whether a device is described to the kernel, by an overlay
 * or by a line of text, and whether others have its pins.
 */
#include <arpa/inet.h> /* ntohl(): device trees are big-endian */
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/gpio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "doctor_pins.h"

#define DRIVER "/sys/bus/platform/drivers/stepper-gpio"
#define NODES "/sys/bus/platform/devices/*/of_node"

/* The last name of a path. */
static const char *name_in(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* The directory that a path of glob() lies in, as a string of its own. */
static void directory_of(char directory[PATH_MAX], const char *path)
{
	snprintf(directory, PATH_MAX, "%.*s", (int)(name_in(path) - 1 - path), path);
}

/* The names of the devices that the driver has, with a blank before each. */
static void bound_devices(char *names, size_t size)
{
	char directory[PATH_MAX];
	size_t i, length = 0;
	glob_t found;

	names[0] = '\0';
	if (!glob(DRIVER "/*/driver", 0, NULL, &found)) {
		for (i = 0; i < found.gl_pathc && length < size; i++) {
			directory_of(directory, found.gl_pathv[i]);
			length += snprintf(names + length, size - length, " %s",
					   name_in(directory));
		}
	}
	globfree(&found);
}

/* A device tree node that is ours, though the driver may not have it; false: none. */
static bool find_node(char node[PATH_MAX])
{
	static const char ours[] = "stepper-gpio";
	char compatible[64];
	bool is_ours = false;
	glob_t found;
	size_t i;

	if (!glob(NODES "/compatible", 0, NULL, &found)) {
		for (i = 0; i < found.gl_pathc && !is_ours; i++) {
			doctor_read(found.gl_pathv[i], compatible, sizeof(compatible));
			is_ours = !strcmp(compatible, ours);
			directory_of(node, found.gl_pathv[i]);
		}
	}
	globfree(&found);
	return is_ours;
}

/* The firmware's list of overlays on a Raspberry Pi; NULL: this is none. */
static const char *config_txt(void)
{
	static const char *const places[] = { "/boot/firmware/config.txt",
					      "/boot/config.txt" };
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (!access(places[i], F_OK))
			return places[i];
	return NULL;
}

static bool asks_for_overlay(const char *config)
{
	static const char overlay[] = "dtoverlay=stepper";
	FILE *file = fopen(config, "re");
	char line[128];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = !strncmp(line, overlay, strlen(overlay)) &&
			strchr(",\r\n", line[strlen(overlay)]);
	if (file)
		fclose(file);
	return found;
}

static void look_at_config(const char *config, struct finding *finding)
{
	char overlay[PATH_MAX];

	snprintf(overlay, sizeof(overlay), "%.*s/overlays/stepper.dtbo",
		 (int)(name_in(config) - 1 - config), config);
	if (access(overlay, F_OK)) {
		doctor_find(finding, VERDICT_WRONG, "there is no %s", overlay);
		doctor_mend(finding, "sudo make install (in the source)");
	} else if (asks_for_overlay(config)) {
		doctor_find(finding, VERDICT_WRONG,
			    "%s asks for it, but the kernel has not seen it", config);
		doctor_mend(finding, "sudo reboot; and if that was done: sudo vclog -m");
	} else {
		doctor_find(finding, VERDICT_WRONG, "%s asks for none", config);
		doctor_mend(finding,
			    "echo dtoverlay=stepper,tilt,enable=22 | sudo tee -a %s && sudo reboot",
			    config);
	}
}

void doctor_look_at_description(const struct patient *patient, struct finding *finding)
{
	char names[256], node[PATH_MAX];

	bound_devices(names, sizeof(names));
	if (names[0]) {
		doctor_find(finding, VERDICT_OK, "the driver has%s", names);
	} else if (patient->server == SERVER_STEPPERD) {
		doctor_find(finding, VERDICT_OK, "not needed: stepperd has a list of its pins");
	} else if (find_node(node) && patient->loaded) {
		doctor_find(finding, VERDICT_WRONG,
			    "the hardware is described, but the driver refused it");
		doctor_mend(finding, "sudo dmesg | grep stepper");
	} else if (find_node(node)) {
		doctor_find(finding, VERDICT_OK, "the hardware is described");
	} else if (config_txt()) {
		look_at_config(config_txt(), finding);
	} else {
		doctor_find(finding, VERDICT_WRONG, "no hardware is described");
		doctor_mend(finding,
			    "echo 'PAN step=CHIP:LINE dir=CHIP:LINE' | sudo tee " DRIVER
			    "/new_device; see stepper(4)");
	}
}

/* The number in a file of a device tree; 0: there is none. */
static u32 read_cell(const char *path)
{
	char bytes[sizeof(u32) + 1];
	u32 cell;

	if (doctor_read(path, bytes, sizeof(bytes)) != sizeof(cell))
		return 0;
	memcpy(&cell, bytes, sizeof(cell));
	return ntohl(cell);
}

/* The GPIO chip that the device tree calls @phandle, as "gpiochip0". False: none. */
static bool find_chip(u32 phandle, char chip[32], u32 *cells)
{
	char node[PATH_MAX], path[PATH_MAX + 16];
	bool is_it = false;
	glob_t found;
	size_t i;

	if (!glob("/sys/bus/gpio/devices/gpiochip*/of_node/phandle", 0, NULL, &found)) {
		for (i = 0; i < found.gl_pathc && !is_it; i++) {
			is_it = read_cell(found.gl_pathv[i]) == phandle;
			directory_of(node, found.gl_pathv[i]);
		}
	}
	globfree(&found);
	if (!is_it)
		return false;
	snprintf(path, sizeof(path), "%s/#gpio-cells", node);
	*cells = read_cell(path);
	directory_of(path, node);
	snprintf(chip, 32, "%s", name_in(path));
	return true;
}

/* 0, -errno, or -EBUSY if somebody has the line: then @user is who, "" the board. */
static int ask_for_line(const char *chip, unsigned int line, char user[GPIO_MAX_NAME_SIZE])
{
	struct gpio_v2_line_info info = { .offset = line };
	char path[64];
	int file, error = 0;

	snprintf(path, sizeof(path), "/dev/%s", chip);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	if (ioctl(file, GPIO_V2_GET_LINEINFO_IOCTL, &info))
		error = -errno;
	close(file);
	if (error || !(info.flags & GPIO_V2_LINE_FLAG_USED))
		return error;
	memcpy(user, info.consumer, GPIO_MAX_NAME_SIZE);
	return -EBUSY;
}

/* Between what was found and what is to be added. */
static const char *separator(const struct finding *finding)
{
	return finding->found[0] ? "; " : "";
}

/* One line of the property @name, as "step-gpios", that the chip @phandle has. */
static void look_at_line(const char *name, const char *chip, unsigned int line,
			 struct finding *finding)
{
	char user[GPIO_MAX_NAME_SIZE];
	int error = ask_for_line(chip, line, user);

	if (!error)
		return;
	if (error == -EBUSY) {
		finding->verdict = VERDICT_WRONG;
		doctor_add(finding, "%s%s, line %u of %s, is taken by %s", separator(finding),
			   name, line, chip,
			   user[0] ? user : "another function of the board, as SPI");
	} else if (finding->verdict == VERDICT_OK) {
		finding->verdict = VERDICT_NOTE;
		doctor_add(finding, "/dev/%s: %s", chip, strerror(-error));
	}
}

/* All lines of a property of the node: a phandle, and as many cells as its chip has. */
static void look_at_property(const char *path, struct finding *finding)
{
	u32 cell[64], at, cells = 1, count;
	char bytes[sizeof(cell) + 1], node[PATH_MAX], name[300], chip[32];
	int length = doctor_read(path, bytes, sizeof(bytes));

	directory_of(node, path);
	snprintf(name, sizeof(name), "%.40s %s",
		 strcmp(name_in(node), "of_node") ? name_in(node) : "stepper", name_in(path));
	count = length > 0 ? length / sizeof(cell[0]) : 0;
	memcpy(cell, bytes, count * sizeof(cell[0]));
	for (at = 0; at + 1 < count; at += 1 + cells) {
		if (find_chip(ntohl(cell[at]), chip, &cells)) {
			look_at_line(name, chip, ntohl(cell[at + 1]), finding);
			continue;
		}
		finding->verdict = VERDICT_WRONG;
		doctor_add(finding, "%s%s: its GPIO chip is not there", separator(finding), name);
		return;
	}
}

void doctor_look_at_pins(const struct patient *patient, struct finding *finding)
{
	char names[256], node[PATH_MAX], pattern[PATH_MAX + 32];
	glob_t found;
	size_t i;

	bound_devices(names, sizeof(names));
	if (names[0] || patient->server != SERVER_NONE) {
		doctor_find(finding, VERDICT_OK, "the device has them");
		return;
	}
	if (!find_node(node)) {
		doctor_find(finding, VERDICT_OK, "none are described");
		return;
	}
	snprintf(pattern, sizeof(pattern), "%s/*-gpios", node);
	glob(pattern, 0, NULL, &found);
	snprintf(pattern, sizeof(pattern), "%s/*/*-gpios", node);
	glob(pattern, GLOB_APPEND, NULL, &found);
	for (i = 0; i < found.gl_pathc; i++)
		look_at_property(found.gl_pathv[i], finding);
	globfree(&found);
	if (finding->verdict == VERDICT_OK)
		doctor_find(finding, VERDICT_OK, "all are free");
	else if (finding->verdict == VERDICT_NOTE)
		doctor_mend(finding, "sudo stepctl doctor");
	else
		doctor_mend(finding, "end what has them (sudo gpioinfo), or name other GPIOs");
}
