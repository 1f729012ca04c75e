// SPDX-License-Identifier: GPL-2.0
/*
 * The checks of stepctl doctor, but for those of the description and the pins.
 */
#define _GNU_SOURCE /* getgrouplist(), group_member() */

#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "doctor_checks.h"
#include "doctor_pins.h"

/* Written to where no device was, /dev/stepper is a file of the shell's making. */
static bool is_plain_file(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISREG(status.st_mode) && status.st_size;
}

/* The first line of a file; "" if it cannot be read. */
static void read_line(const char *path, char *line, size_t size)
{
	doctor_read(path, line, size);
	line[strcspn(line, "\n")] = '\0';
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

/* Where sysfs has the device: what serves it is a part of that path. */
static enum server server_of(const char *device)
{
	char path[64], target[PATH_MAX];
	struct stat status;
	ssize_t length;

	if (stat(device, &status) || is_plain_file(device))
		return SERVER_NONE;
	if (S_ISREG(status.st_mode))
		return SERVER_STEPPERD; /* in its mount */
	if (!S_ISCHR(status.st_mode))
		return SERVER_NONE;
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u", major(status.st_rdev),
		 minor(status.st_rdev));
	length = readlink(path, target, sizeof(target) - 1);
	target[length > 0 ? length : 0] = '\0';
	if (strstr(target, "/misc/stepper"))
		return SERVER_MODULE;
	return strstr(target, "/cuse/") ? SERVER_STEPPERD : SERVER_NONE;
}

void doctor_examine(struct patient *patient)
{
	patient->server = server_of(patient->device);
	patient->loaded = exists("/sys/module/stepper");
	read_line("/proc/sys/kernel/osrelease", patient->release, sizeof(patient->release));
}

static void look_at_kernel(const struct patient *patient, struct finding *finding)
{
	unsigned int version = 0, part = 0;

	if (sscanf(patient->release, "%u.%u", &version, &part) == 2 &&
	    (version > 6 || (version == 6 && part >= 1))) {
		doctor_find(finding, VERDICT_OK, "%s", patient->release);
		return;
	}
	doctor_find(finding, VERDICT_WRONG, "%s: the module needs 6.1 or later",
		    patient->release[0] ? patient->release : "unknown");
	doctor_mend(finding, "sudo apt full-upgrade, to Debian 12 or later");
}

/* What the driver measured of its pins, and whether steps were late. */
static void add_lateness(const struct patient *patient, struct finding *finding)
{
	static const char *const names[] = { "steps_per_second_max", "late_edges",
					     "late_max_ns" };
	char path[128], value[3][24];
	struct stat status;
	unsigned int i;

	if (patient->server != SERVER_MODULE || stat(patient->device, &status))
		return;
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/%s",
			 major(status.st_rdev), minor(status.st_rdev), names[i]);
		read_line(path, value[i], sizeof(value[i]));
	}
	doctor_add(finding, "; up to %s steps/s on each axis, %s edges were late", value[0],
		   value[1]);
	if (!strcmp(value[1], "0"))
		return;
	finding->verdict = VERDICT_NOTE;
	doctor_add(finding,
		   ", one by %s ns: no step is lost, but a kernel of PREEMPT_RT is more punctual",
		   value[2]);
}

static void look_at_timer(const struct patient *patient, struct finding *finding)
{
	char options[4096];
	struct timespec resolution;

	clock_getres(CLOCK_MONOTONIC, &resolution);
	doctor_find(finding, VERDICT_OK, "resolution %ld ns", resolution.tv_nsec);
	if (resolution.tv_nsec == 1) {
		add_lateness(patient, finding);
		return;
	}
	finding->verdict = VERDICT_WRONG;
	doctor_read("/proc/cmdline", options, sizeof(options));
	doctor_mend(finding, "%s",
		    strstr(options, "highres=off") ?
			    "take highres=off out of the kernel's command line and reboot" :
			    "boot a kernel with CONFIG_HIGH_RES_TIMERS, as all of Debian's are");
}

/* Where the module of the running kernel is installed; false: it is not. */
static bool installed_module(const struct patient *patient, char *path, size_t size)
{
	char directory[256], *line = NULL, *name;
	size_t room = 0;
	FILE *list;

	path[0] = '\0';
	snprintf(directory, sizeof(directory), "/lib/modules/%s/", patient->release);
	snprintf(path, size, "%smodules.dep", directory);
	list = fopen(path, "re");
	path[0] = '\0';
	while (list && !path[0] && getline(&line, &room, list) > 0) {
		line[strcspn(line, ":\n")] = '\0';
		name = strrchr(line, '/');
		if (name && !strncmp(name, "/stepper.ko", 11))
			snprintf(path, size, "%s%s", directory, line);
	}
	free(line);
	if (list)
		fclose(list);
	return path[0];
}

/* The release of another kernel that has the module; "": none. */
static void other_release(char *release, size_t size)
{
	const char *name = "";
	glob_t found;

	glob("/lib/modules/*/updates/stepper.ko*", 0, NULL, &found);
	glob("/lib/modules/*/updates/dkms/stepper.ko*", GLOB_APPEND, NULL, &found);
	if (found.gl_pathc)
		name = found.gl_pathv[0] + strlen("/lib/modules/");
	snprintf(release, size, "%.*s", (int)strcspn(name, "/"), name);
	globfree(&found);
}

static void look_at_module(const struct patient *patient, struct finding *finding)
{
	char path[PATH_MAX], other[128];

	if (patient->loaded) {
		doctor_find(finding, VERDICT_OK, "stepper.ko is loaded");
		return;
	}
	if (patient->server == SERVER_STEPPERD) {
		doctor_find(finding, VERDICT_OK, "not needed: stepperd serves the device");
		return;
	}
	if (installed_module(patient, path, sizeof(path))) {
		doctor_find(finding, VERDICT_WRONG, "%s is not loaded", path);
		doctor_mend(finding, "sudo modprobe stepper");
		return;
	}
	other_release(other, sizeof(other));
	doctor_find(finding, VERDICT_WRONG, "there is none for this kernel%s%s",
		    other[0] ? ", but one for " : "", other);
	doctor_mend(finding, "%s && sudo modprobe stepper",
		    exists("/var/lib/dkms/stepper") ?
			    "sudo dkms autoinstall" :
			    "make modules && sudo make install (in its source)");
}

static void look_at_headers(const struct patient *patient, struct finding *finding)
{
	bool needed = !patient->loaded && patient->server != SERVER_STEPPERD;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile", patient->release);
	if (exists(path)) {
		doctor_find(finding, VERDICT_OK, "in /lib/modules/%s/build",
			    patient->release);
		return;
	}
	needed = needed && !installed_module(patient, path, sizeof(path));
	doctor_find(finding, needed ? VERDICT_WRONG : VERDICT_NOTE,
		    "there are none%s", needed ? "" : ": the module could not be built anew");
	doctor_mend(finding, "sudo apt install linux-headers-%s", patient->release);
}

/* Whether the kernel takes only modules that are signed. */
static bool signatures_are_enforced(void)
{
	char lockdown[64], enforce[8];

	read_line("/sys/kernel/security/lockdown", lockdown, sizeof(lockdown));
	read_line("/sys/module/module/parameters/sig_enforce", enforce, sizeof(enforce));
	return enforce[0] == 'Y' || strstr(lockdown, "[integrity]") ||
	       strstr(lockdown, "[confidentiality]");
}

/* A signature ends with a line that says so; in a compressed file it is not seen. */
static bool is_signed(const char *path)
{
	static const char mark[] = "~Module signature appended~\n";
	char end[sizeof(mark)] = "";
	FILE *file = fopen(path, "re");

	if (file && !fseek(file, 1 - (long)sizeof(mark), SEEK_END) &&
	    !fread(end, sizeof(mark) - 1, 1, file))
		end[0] = '\0';
	if (file)
		fclose(file);
	return !strcmp(end, mark) || strstr(path, ".ko.");
}

/* False as well on a computer that knows of no such thing. */
static bool secure_boot_is_on(void)
{
	char variable[8];
	glob_t found;
	bool on = false;

	/* 4 bytes of attributes stand before the value */
	if (!glob("/sys/firmware/efi/efivars/SecureBoot-*", 0, NULL, &found))
		on = doctor_read(found.gl_pathv[0], variable, sizeof(variable)) >= 5 &&
		     variable[4] == 1;
	globfree(&found);
	return on;
}

#define MOK "/var/lib/dkms/mok"

static void look_at_secure_boot(const struct patient *patient, struct finding *finding)
{
	const char *boot = secure_boot_is_on() ? "on" : "off";
	char path[PATH_MAX];

	if (!signatures_are_enforced()) {
		doctor_find(finding, VERDICT_OK, "%s; modules need no signature", boot);
		return;
	}
	doctor_find(finding, VERDICT_OK, "%s; modules need a signature", boot);
	if (patient->loaded || patient->server == SERVER_STEPPERD ||
	    !installed_module(patient, path, sizeof(path)))
		return;
	if (is_signed(path)) {
		finding->verdict = VERDICT_NOTE;
		doctor_mend(finding,
			    "if modprobe says \"Key was rejected\": sudo mokutil --import " MOK
			    ".pub && sudo reboot");
		return;
	}
	doctor_find(finding, VERDICT_WRONG, "%s, and %s has no signature", boot, path);
	if (exists(MOK ".pub"))
		doctor_mend(finding,
			    "sudo /lib/modules/%s/build/scripts/sign-file sha256 " MOK
			    ".key " MOK ".pub %s",
			    patient->release, path);
	else
		doctor_mend(finding, "sudo mkdir -p /var/lib/dkms && %s -keyout %s && %s",
			    "sudo openssl req -new -x509 -nodes -days 36500 -subj /CN=modules",
			    MOK ".key -newkey rsa:2048 -outform DER -out " MOK ".pub",
			    "sudo mokutil --import " MOK ".pub && sudo reboot");
}

static void look_at_device(const struct patient *patient, struct finding *finding)
{
	char status[512], *alarm;

	if (is_plain_file(patient->device)) {
		doctor_find(finding, VERDICT_WRONG,
			    "%s is a plain file: somebody wrote where no device was",
			    patient->device);
		doctor_mend(finding, "sudo rm %s, and load the module anew", patient->device);
		return;
	}
	if (patient->server == SERVER_NONE) {
		doctor_find(finding, VERDICT_WRONG, "%s: %s", patient->device,
			    exists(patient->device) ? "not of this kind" : "there is none");
		doctor_mend(finding, "%s",
			    patient->sick ? "what is wrong above comes first" :
					    "sudo dmesg | grep stepper");
		return;
	}
	status[0] = '\0';
	read_line(patient->device, status, sizeof(status));
	doctor_find(finding, VERDICT_OK, "%s, by %s%s%.200s", patient->device,
		    patient->server == SERVER_MODULE ? "the module" : "stepperd",
		    status[0] ? ": " : "", status);
	alarm = strstr(status, "STATE=ALARM");
	if (alarm) {
		finding->verdict = VERDICT_WRONG;
		doctor_mend(finding, "stepctl RESET, when what raised the alarm is mended");
	}
}

static gid_t group_of_stepper(void)
{
	const struct group *group = getgrnam("stepper");

	return group ? group->gr_gid : (gid_t)-1;
}

/* Whether the user will be in @group, who may not yet be. */
static bool user_joined(gid_t group)
{
	const struct passwd *user = getpwuid(getuid());
	gid_t groups[256];
	int i, count = 256;

	if (!user || getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
		return false;
	for (i = 0; i < count; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* What gives the device to its group. */
#define UDEV "sudo udevadm control --reload && sudo udevadm trigger --action=add %s"

static void mend_group(const struct patient *patient, struct finding *finding, gid_t group)
{
	if (group == (gid_t)-1)
		doctor_mend(finding, "%s",
			    exists("/usr/lib/sysusers.d/stepper.conf") ?
				    "sudo systemd-sysusers" :
				    "sudo groupadd --system stepper");
	else if (!exists("/usr/lib/udev/rules.d/60-stepper.rules"))
		doctor_mend(finding, "sudo make install (in its source)");
	else
		doctor_mend(finding, UDEV, patient->device);
}

static void look_at_permissions(const struct patient *patient, struct finding *finding)
{
	gid_t group = group_of_stepper();
	struct stat status;
	bool given;

	if (patient->server == SERVER_NONE || stat(patient->device, &status)) {
		doctor_find(finding, group == (gid_t)-1 ? VERDICT_WRONG : VERDICT_OK,
			    group == (gid_t)-1 ? "there is no group stepper" :
						 "there is a group stepper");
		if (group == (gid_t)-1)
			mend_group(patient, finding, group);
		return;
	}
	given = status.st_gid == group && (status.st_mode & 0060) == 0060;
	if (S_ISCHR(status.st_mode) && (status.st_mode & 0002)) {
		doctor_find(finding, VERDICT_WRONG, "everybody may move the motors");
		mend_group(patient, finding, group);
	} else if (!access(patient->device, R_OK | W_OK)) {
		doctor_find(finding, VERDICT_OK, "you may use it%s",
			    given ? ", as all of the group stepper" : "");
		if (S_ISREG(status.st_mode) || given)
			return;
		finding->verdict = VERDICT_NOTE;
		doctor_add(finding, "; the group stepper may not");
		mend_group(patient, finding, group);
	} else if (!given) {
		doctor_find(finding, VERDICT_WRONG,
			    "you may not use it, nor may the group stepper");
		mend_group(patient, finding, group);
	} else if (user_joined(group) && !group_member(group)) {
		doctor_find(finding, VERDICT_WRONG,
			    "you have joined the group stepper, but logged in before");
		doctor_mend(finding, "newgrp stepper, or log in anew");
	} else {
		doctor_find(finding, VERDICT_WRONG,
			    "you may not use it: you are not in the group stepper");
		doctor_mend(finding, "sudo usermod -aG stepper $USER, and log in anew");
	}
}

/* The module's edges come from interrupts; stepperd's want a priority and memory. */
static void look_at_realtime(const struct patient *patient, struct finding *finding)
{
	struct rlimit limit = {};
	char runtime[24];

	read_line("/proc/sys/kernel/sched_rt_runtime_us", runtime, sizeof(runtime));
	getrlimit(RLIMIT_RTPRIO, &limit);
	if (!strcmp(runtime, "0")) {
		doctor_find(finding, VERDICT_WRONG,
			    "kernel.sched_rt_runtime_us is 0: no priority is ever served");
		doctor_mend(finding, "sudo sysctl kernel.sched_rt_runtime_us=950000");
	} else if (patient->server == SERVER_MODULE) {
		doctor_find(finding, VERDICT_OK, "the module needs no limits raised");
	} else if (geteuid() == 0 || limit.rlim_cur) {
		doctor_find(finding, VERDICT_OK, "a stepperd of yours may have priority");
	} else {
		doctor_find(finding, VERDICT_NOTE,
			    "a stepperd of yours would have no priority, and be late; its service has");
		doctor_mend(finding, "printf '%s' | sudo tee %s, and log in anew",
			    "@stepper - rtprio 40\\n@stepper - memlock unlimited\\n",
			    "/etc/security/limits.d/stepper.conf");
	}
}

/* Causes before what follows from them. */
const struct check checks[] = {
	{ "kernel", look_at_kernel },
	{ "timer", look_at_timer },
	{ "headers", look_at_headers },
	{ "module", look_at_module },
	{ "secure-boot", look_at_secure_boot },
	{ "overlay", doctor_look_at_description },
	{ "pins", doctor_look_at_pins },
	{ "device", look_at_device },
	{ "permissions", look_at_permissions },
	{ "real-time", look_at_realtime },
};

const unsigned int checks_count = ARRAY_SIZE(checks);
