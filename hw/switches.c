// SPDX-License-Identifier: GPL-2.0
/*
 * What the levels of switches mean; see switches.h. That a blocked step halts all
 * axes is in motion.c, what an alarm does in alarm.c.
 */
#include "alarm.h"
#include "switches.h"

#define ALL_AXES (BIT(AXES_MAX) - 1)

/* With the edge side locked out. */
static void block(struct machine *machine)
{
	u32 active = machine->switches.active;
	u32 limits = active & ~machine->switches.sought;
	bool stop = active & SWITCH_ESTOP;

	motion_block(&machine->motion,
		     stop ? ALL_AXES : limits / SWITCH_MIN(0) & ALL_AXES,
		     stop ? ALL_AXES : limits / SWITCH_MAX(0) & ALL_AXES);
}

void switches_report(struct machine *machine, u32 line, bool tripped, u64 now_ns)
{
	const struct motion_axis *axis = &machine->motion.axis[__ffs(line) % AXES_MAX];
	struct switches *switches = &machine->switches;
	bool pressed = false;

	machine->pins->lock(machine->pins);
	if (tripped) {
		pressed = line == SWITCH_ESTOP && !(switches->active & line);
		if (!(switches->active & line)) {
			switches->seen |= line;
			switches->place[__ffs(line)] = axis->steps - axis->play;
		}
		switches->closed |= line;
		switches->active |= line;
		block(machine);
	} else if (switches->closed & line) {
		switches->closed &= ~line;
		switches->opened_ns[__ffs(line)] = now_ns;
	}
	machine->pins->unlock(machine->pins);

	if (pressed && motion_halt(&machine->motion, now_ns))
		switches->moved = true;
}

/* Returns whether a step was blocked since it was asked last. */
static bool forget_open_ones(struct machine *machine, u64 now_ns)
{
	struct switches *switches = &machine->switches;
	bool blocked;
	u32 opened;

	machine->pins->lock(machine->pins);
	opened = switches->active & ~switches->closed;
	for (; opened; opened &= opened - 1)
		if (now_ns - switches->opened_ns[__ffs(opened)] >= SWITCH_OPEN_NS)
			switches->active &= ~(opened & -opened);
	block(machine);
	blocked = machine->motion.tripped;
	machine->motion.tripped = false;
	machine->pins->unlock(machine->pins);
	return blocked;
}

void switches_look(struct machine *machine, u64 now_ns)
{
	struct switches *switches = &machine->switches;
	bool blocked;

	if (!switches->present)
		return;
	blocked = forget_open_ones(machine, now_ns);
	if (switches->active & SWITCH_ESTOP && machine->state.alarm != ALARM_ESTOP) {
		alarm_raise(machine, ALARM_ESTOP, blocked || switches->moved, now_ns);
		switches->moved = false;
	} else if (blocked) {
		alarm_raise(machine, ALARM_LIMIT, true, now_ns);
	}
}

u64 switches_next_ns(struct machine *machine)
{
	struct switches *switches = &machine->switches;
	u64 next_ns = U64_MAX;
	u32 opened;

	machine->pins->lock(machine->pins);
	opened = switches->active & ~switches->closed;
	for (; opened; opened &= opened - 1)
		next_ns = min(next_ns, switches->opened_ns[__ffs(opened)] +
					       SWITCH_OPEN_NS);
	machine->pins->unlock(machine->pins);
	return next_ns;
}

void switches_seek(struct machine *machine, u32 lines)
{
	machine->pins->lock(machine->pins);
	machine->switches.sought = lines;
	machine->switches.seen = 0;
	block(machine);
	machine->pins->unlock(machine->pins);
}

u32 switches_seen(struct machine *machine)
{
	u32 seen;

	machine->pins->lock(machine->pins);
	seen = machine->switches.seen | machine->switches.active;
	machine->pins->unlock(machine->pins);
	return seen;
}

s64 switches_place(struct machine *machine, u32 line)
{
	s64 place = 0;

	machine->pins->lock(machine->pins);
	if (line)
		place = machine->switches.place[__ffs(line)];
	machine->pins->unlock(machine->pins);
	return place;
}

u32 switches_active(struct machine *machine)
{
	u32 active;

	machine->pins->lock(machine->pins);
	active = machine->switches.active;
	machine->pins->unlock(machine->pins);
	return active;
}
