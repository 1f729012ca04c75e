// SPDX-License-Identifier: GPL-2.0
/*
 * A machine on the virtual head, in virtual time; see rig.h.
 */
#include <stdlib.h>

#include "rig.h"
#include <check.h>

#define HOUR_NS (3600 * NS_PER_S)

static void set(struct pins *pins, u64 lines, u64 levels)
{
	struct rig *rig = (struct rig *)((char *)pins - offsetof(struct rig, pins));
	unsigned int axis;

	if (!rig->locked)
		ck_abort_msg("no lock");
	if (lines & levels & PIN_AUX(0)) {
		rig->aux_rises++;
		rig->aux_rose_ns = rig->now_ns;
	} else if (lines & PIN_AUX(0)) {
		rig->aux_fell_ns = rig->now_ns;
	}
	for (axis = 0; axis < HEAD_AXES; axis++) {
		if (lines & PIN_DIR(axis))
			head_set(&rig->head, HEAD_LINE(axis, HEAD_DIR),
				 levels & PIN_DIR(axis), rig->now_ns);
		if (lines & PIN_ENABLE(axis))
			head_set(&rig->head, HEAD_LINE(axis, HEAD_ENABLE),
				 !(levels & PIN_ENABLE(axis)), rig->now_ns);
	}
	for (axis = 0; axis < HEAD_AXES; axis++) {
		u64 since_ns = rig->now_ns - rig->head.step_rose_ns[axis];

		if (!(lines & PIN_STEP(axis)))
			continue;
		head_set(&rig->head, HEAD_LINE(axis, HEAD_STEP),
			 levels & PIN_STEP(axis), rig->now_ns);
		if (!(levels & PIN_STEP(axis)))
			continue;
		if (!rig->rises++)
			rig->first_rise_ns = rig->now_ns;
		rig->last_rise_ns = rig->now_ns;
		rig->shortest_ns[axis] = min(rig->shortest_ns[axis], since_ns);
	}
}

static void lock(struct pins *pins)
{
	struct rig *rig = (struct rig *)((char *)pins - offsetof(struct rig, pins));

	/* Not ck_assert(): it writes a file whenever it holds, and here that is for each edge. */
	if (rig->locked)
		ck_abort_msg("locked twice");
	rig->locked = 1;
}

static void unlock(struct pins *pins)
{
	struct rig *rig = (struct rig *)((char *)pins - offsetof(struct rig, pins));

	if (!rig->locked)
		ck_abort_msg("unlocked twice");
	rig->locked = 0;
}

static void rearm(struct pins *pins)
{
}

struct rig *rig_new(void)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct error_report report;
	unsigned int axis, i;

	ck_assert_ptr_nonnull(rig);
	rig->pins = (struct pins){ set, lock, unlock, rearm };
	rig->now_ns = NS_PER_S;
	head_init(&rig->head);
	machine_init(&rig->machine, &rig->pins);
	for (axis = 0; axis < HEAD_AXES; axis++) {
		const struct head_axis_data *data = &head_axis_data[axis];

		ck_assert_int_eq(machine_add_axis(&rig->machine, data->name,
						  &report),
				 (int)axis);
		for (i = 0; i < data->settings_count; i++)
			ck_assert_msg(!machine_configure(&rig->machine, axis,
							 data->settings[i],
							 &report),
				      "%s: %s", data->settings[i], report.text);
	}
	rig_mark(rig);
	return rig;
}

void rig_free(struct rig *rig)
{
	free(rig);
}

void rig_mark(struct rig *rig)
{
	rig->rises = 0;
	rig->shortest_ns[HEAD_PAN] = U64_MAX;
	rig->shortest_ns[HEAD_TILT] = U64_MAX;
}

void rig_report_switches(struct rig *rig)
{
	u32 tripped = rig->head.estop ? SWITCH_ESTOP : 0;
	u32 changed, line;
	unsigned int axis;

	for (axis = 0; axis < HEAD_AXES; axis++) {
		if (head_level(&rig->head, HEAD_LINE(axis, HEAD_HOME)))
			tripped |= SWITCH_HOME(axis);
		if (head_level(&rig->head, HEAD_LINE(axis, HEAD_MIN)))
			tripped |= SWITCH_MIN(axis);
		if (head_level(&rig->head, HEAD_LINE(axis, HEAD_MAX)))
			tripped |= SWITCH_MAX(axis);
	}
	changed = (tripped ^ rig->switches) & rig->machine.switches.present;
	for (; changed; changed &= changed - 1) {
		line = changed & -changed;
		switches_report(&rig->machine, line, tripped & line, rig->now_ns);
	}
	rig->switches = tripped;
}

/* Serve what is due now; returns when the next edge is due. */
static u64 serve(struct rig *rig)
{
	u64 next_ns;

	do {
		lock(&rig->pins);
		next_ns = motion_run(&rig->machine.motion, rig->now_ns);
		unlock(&rig->pins);
		rig_report_switches(rig);
	} while (next_ns <= rig->now_ns);
	return next_ns;
}

void rig_run(struct rig *rig, u64 until_ns)
{
	u64 service_ns = machine_service(&rig->machine, rig->now_ns);
	u32 switches = rig->switches;
	u64 next_ns;

	while ((next_ns = min(serve(rig), service_ns)) <= until_ns) {
		rig->now_ns = max(next_ns, rig->now_ns);
		if (service_ns <= rig->now_ns || rig->switches != switches) {
			switches = rig->switches;
			service_ns = machine_service(&rig->machine, rig->now_ns);
		}
	}
	rig->now_ns = until_ns;
	machine_service(&rig->machine, rig->now_ns);
}

void rig_run_to_rest(struct rig *rig)
{
	u64 end_ns = rig->now_ns + HOUR_NS;
	u64 next_ns;

	for (;;) {
		next_ns = machine_service(&rig->machine, rig->now_ns);
		next_ns = min(serve(rig), next_ns);
		if (next_ns == U64_MAX)
			return;
		ck_assert_msg(next_ns < end_ns, "the motion does not end");
		rig->now_ns = max(next_ns, rig->now_ns);
	}
}

struct session *rig_open(struct rig *rig, bool privileged)
{
	struct session *session = malloc(sizeof(*session));

	ck_assert_ptr_nonnull(session);
	session_open(session, &rig->machine, true, true, privileged);
	return session;
}

static s64 write_bytes(struct rig *rig, struct session *session,
		       const char *bytes, size_t count, bool nonblocking)
{
	size_t at = 0, taken;
	u64 next_ns;
	int status;

	session_begin_write(session, nonblocking);
	for (;;) {
		status = session_feed(session, bytes + at, count - at,
				      rig->now_ns, &taken);
		machine_service(&rig->machine, rig->now_ns);
		at += taken;
		if (!status && at < count)
			continue;
		if (status != -EAGAIN && status != -EINPROGRESS)
			break;
		if (nonblocking && !session_ready(session, rig->now_ns))
			break;
		while (!session_ready(session, rig->now_ns)) {
			next_ns = machine_service(&rig->machine, rig->now_ns);
			next_ns = min(serve(rig), next_ns);
			if (session_ready(session, rig->now_ns))
				break;
			ck_assert_msg(next_ns != U64_MAX, "a write waits for ever");
			rig->now_ns = max(next_ns, rig->now_ns);
		}
	}
	return session_end_write(session, status);
}

s64 rig_write(struct rig *rig, struct session *session, const char *bytes)
{
	return write_bytes(rig, session, bytes, strlen(bytes), false);
}

s64 rig_write_nonblocking(struct rig *rig, struct session *session,
			  const char *bytes)
{
	return write_bytes(rig, session, bytes, strlen(bytes), true);
}

void rig_say(struct rig *rig, struct session *session, const char *bytes,
	     const char *answers)
{
	ck_assert_int_eq(rig_write(rig, session, bytes), (s64)strlen(bytes));
	ck_assert_str_eq(rig_answers(rig, session), answers);
}

void rig_refused(struct rig *rig, struct session *session, const char *bytes, int number,
		 const char *answers)
{
	ck_assert_int_eq(rig_write(rig, session, bytes), -number);
	ck_assert_str_eq(rig_answers(rig, session), answers);
}

const char *rig_answers(struct rig *rig, struct session *session)
{
	static char answers[ANSWERS_SIZE + 1];
	s64 length = session_read(session, answers, ANSWERS_SIZE, rig->now_ns);

	answers[length > 0 ? length : 0] = '\0';
	return answers;
}

u64 rig_faults(const struct rig *rig)
{
	unsigned int fault;
	u64 sum = 0;

	for (fault = 0; fault < HEAD_FAULTS; fault++)
		sum += rig->head.faults[fault];
	return sum;
}

void rig_end(struct rig *rig, struct session *file)
{
	unsigned int axis;

	rig_run_to_rest(rig);
	ck_assert_uint_eq(rig_faults(rig), 0);
	for (axis = 0; axis < HEAD_AXES; axis++)
		ck_assert_int_eq(rig->head.position[axis],
				 motion_steps(&rig->machine.motion, axis));
	free(file);
	rig_free(rig);
}
