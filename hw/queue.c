// SPDX-License-Identifier: GPL-2.0
/*
 * From the queue to the plan. Moves that flow into one another become one path
 * (path.c), other entries rest before and after them. What a line may queue is
 * decided in moves.c, before.
 */
#include "events.h"
#include "queue.h"
#include "warp.h"

/* How long before the plan would be another the queue is planned at the latest. */
#define AHEAD_NS 20000000

void queue_fill_move(struct machine *machine, const struct machine_state *state,
		     const struct queue_entry *entry, struct plan_move *move)
{
	unsigned int i;

	move->axes = entry->axes;
	move->duration_ns = entry->duration_ns;
	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &state->axis[i];
		const struct entry_limits *limits = &entry->limits[i];
		struct plan_axis *plan = &move->axis[i];

		plan->target = axis_steps(axis, entry->target[i]) + axis->origin + entry->play[i];
		plan->beyond = axis_beyond(axis, entry->target[i]);
		plan->speed = axis_rate(axis, limits->speed);
		plan->acceleration = axis_rate(axis, limits->acceleration);
		plan->jerk = axis_rate(axis, limits->jerk);
		plan->corner = axis_rate(axis, limits->corner);
	}
}

void queue_fill_take_up(const struct machine *machine, const struct machine_state *state,
			const s64 wanted[AXES_MAX], const s64 play[AXES_MAX],
			struct plan_move *move)
{
	unsigned int i;

	move->axes = 0;
	move->duration_ns = 0;
	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &state->axis[i];

		if (wanted[i] != play[i]) {
			move->axes |= BIT(i);
			move->axis[i] = axis_limits(axis, axis->setting[SETTING_SPEED]);
			move->axis[i].target = wanted[i] - play[i];
			machine_lower_rate(machine, axis, &move->axis[i].speed);
		}
		move->axis[i].rests = real_from(0);
	}
}

noinline int queue_take_up(struct machine *machine, const struct machine_state *state,
			   const s64 wanted[AXES_MAX])
{
	struct motion *motion = &machine->motion;
	struct plan_move move;
	s64 play[AXES_MAX];
	u64 shortest_ns;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++)
		play[i] = motion_staged_play(motion, i);
	queue_fill_take_up(machine, state, wanted, play, &move);
	for (i = 0; i < machine->names.count; i++)
		if (move.axes & BIT(i))
			move.axis[i].target += motion_staged_steps(motion, i);
	return move.axes ? plan_move(motion, &move, &shortest_ns) : 0;
}

static bool flows(const struct queue_entry *entry)
{
	return entry->kind == ENTRY_MOVE && !entry->duration_ns;
}

/* Whether no axis turns round in its play between @entry and @next, and both flow. */
static bool flow_on(const struct queue_entry *entry, const struct queue_entry *next)
{
	return flows(entry) && flows(next) &&
	       !memcmp(entry->play, next->play, sizeof(entry->play));
}

/* The choice that @entry was planned with. */
static struct path_choice choice_of(struct machine *machine, const struct machine_state *state,
				    const struct queue_entry *entry)
{
	const struct real per_ns = real_ratio(1, NS_PER_S);
	struct path_choice choice = { .exact = entry->exact, .limits = entry->along };
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		choice.metric[i] = real_mul(axis_rate(&state->axis[i], entry->metric[i]), per_ns);
		choice.metric[i] = real_mul(choice.metric[i], per_ns);
	}
	return choice;
}

/* A path begins at rest with @entry. */
static void choose_first(struct machine *machine, struct queue_entry *entry)
{
	unsigned int i;

	entry->exact = true;
	memset(&entry->along, 0, sizeof(entry->along));
	for (i = 0; i < machine->names.count; i++)
		entry->metric[i] = entry->limits[i].acceleration;
}

/* @entry, which is @move, goes on where @before ends, the last leg of the path. */
static noinline void choose_next(struct machine *machine, const struct machine_state *state,
				 struct queue_entry *entry, const struct queue_entry *before,
				 const struct plan_move *move)
{
	struct path_choice choice = choice_of(machine, state, before);

	memcpy(entry->metric, before->metric, sizeof(entry->metric));
	entry->along = before->along;
	entry->exact = before->exact && path_is_straight(&machine->path, move, &choice);
}

/* Whether the path ends with @entry, though the one up to @last is wanted. */
static bool ends_path(struct machine *machine, const struct queue_entry *entry, u32 last)
{
	const struct queue_entry *next = machine_entry(machine, entry->number + 1);

	return entry->number == last || machine->path.count + 1 == PATH_LEGS_MAX ||
	       !flow_on(entry, next) || next->settled_ns > machine->path.start_ns;
}

/* Add @entry, which is @move, to the path. */
static noinline void add_leg(struct machine *machine, const struct machine_state *state,
			     struct queue_entry *entry, const struct plan_move *move)
{
	struct plan_path *path = &machine->path;
	struct path_choice choice = choice_of(machine, state, entry);

	entry->leg = -1;
	if (path_add(path, move, &choice)) {
		entry->leg = path->count - 1;
		entry->along = path->leg[entry->leg].limits;
	}
}

/* The target of axis @i before entry @number. */
static s64 target_before(struct machine *machine, const struct machine_state *state, u32 number,
			 unsigned int i)
{
	if (number - 1 == state->done)
		return state->axis[i].rest;
	return machine_entry(machine, number - 1)->target[i];
}

/*
 * How far beyond the whole step axis @i rests as the staged plan leaves it, before entry
 * @number: on its target; but on the step where it was stopped on the way.
 */
static struct real rest_beyond(struct machine *machine, const struct machine_state *state,
			       u32 number, unsigned int i)
{
	const struct axis *axis = &state->axis[i];
	s64 target = target_before(machine, state, number, i);
	s64 steps = motion_staged_steps(&machine->motion, i);

	steps -= axis->origin + machine_entry(machine, number)->play[i];
	return axis_steps(axis, target) == steps ? axis_beyond(axis, target) : real_from(0);
}

/* The soft limits of the path that begins with @entry: its play is that of all of it. */
static void set_range(struct machine *machine, const struct machine_state *state,
		      const struct queue_entry *entry)
{
	struct plan_path *path = &machine->path;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &state->axis[i];
		s64 zero = axis->origin + entry->play[i];

		path->lowest[i] = axis_steps(axis, axis->setting[SETTING_MIN]) + zero;
		path->highest[i] = axis_steps(axis, axis->setting[SETTING_MAX]) + zero;
	}
}

/*
 * Lay a path from entry @first on, of entries that flow into one another, up to
 * @last. Entries after @chosen are new to the plan. Returns the number of the last.
 */
static u32 lay_path(struct machine *machine, const struct machine_state *state, u32 first,
		    u32 chosen, u32 last)
{
	struct plan_path *path = &machine->path;
	struct plan_move move;
	u32 number = first;
	unsigned int i;
	bool ends;

	path_begin(path, &machine->motion);
	set_range(machine, state, machine_entry(machine, first));
	for (i = 0; path->at_rest && i < machine->names.count; i++)
		path->end[i].position = rest_beyond(machine, state, first, i);
	for (;; number++) {
		struct queue_entry *entry = machine_entry(machine, number);

		ends = ends_path(machine, entry, last);
		queue_fill_move(machine, state, entry, &move);
		if (number == first && path->at_rest)
			choose_first(machine, entry);
		else if ((s32)(number - chosen) > 0)
			choose_next(machine, state, entry, machine_entry(machine, number - 1),
				    &move);
		add_leg(machine, state, entry, &move);
		if (ends)
			return number;
	}
}

/* The path is staged: when its entries end. */
static void note_ends(struct machine *machine, u32 first, u32 last)
{
	u64 end_ns = machine->path.start_ns;
	u32 number;

	for (number = first; number != last + 1; number++) {
		struct queue_entry *entry = machine_entry(machine, number);

		if (entry->leg >= 0)
			end_ns = machine->path.leg[entry->leg].end_ns;
		entry->staged_end_ns = end_ns;
	}
}

/* Stage the path from entry @first on. 0 or -ENOSPC; @last: which one it ends with. */
static int plan_path(struct machine *machine, struct machine_state *state, u32 first,
		     u32 chosen, u32 *last)
{
	struct motion *motion = &machine->motion;

	*last = lay_path(machine, state, first, chosen, *last);
	if (machine->path.count && path_plan(&machine->path, motion, false))
		return -ENOSPC;
	note_ends(machine, first, *last);
	state->commit_ns = machine->path.count ? machine->path.commit_ns :
						 motion_staged_end_ns(motion);
	return 0;
}

/* Of a single move from rest, at @from_ns or later, all is known in closed form. */
static int plan_single(struct machine *machine, struct machine_state *state,
		       struct queue_entry *entry, u64 from_ns)
{
	struct motion *motion = &machine->motion;
	struct plan_move move;
	u64 shortest_ns;
	unsigned int i;
	int error;

	queue_fill_move(machine, state, entry, &move);
	for (i = 0; i < machine->names.count; i++)
		move.axis[i].rests = rest_beyond(machine, state, entry->number, i);
	if (move.duration_ns) /* play was taken up in this time, too */
		move.duration_ns -= min(move.duration_ns - 1,
					motion_staged_end_ns(motion) - from_ns);
	choose_first(machine, entry);
	error = plan_move(motion, &move, &shortest_ns);
	if (error == -EDOM) {
		/* A part of a move may need more than its share of the time. */
		move.duration_ns = 0;
		error = plan_move(motion, &move, &shortest_ns);
	}
	entry->staged_end_ns = motion_staged_end_ns(motion);
	state->commit_ns = flows(entry) ? motion->staged_commit_ns : entry->staged_end_ns;
	return error;
}

static int plan_trigger(struct motion *motion, const struct queue_entry *entry)
{
	u64 on_ns = motion_staged_end_ns(motion);
	int error = motion_stage_output(motion, on_ns, entry->lines, entry->lines);

	if (!error)
		error = motion_stage_output(motion, on_ns + entry->time_ns,
					    entry->lines, 0);
	motion_stage_rest(motion, on_ns + entry->time_ns);
	return error;
}

/* The limits of axis @i, as they were when @entry was accepted. */
static void fill_limits(const struct machine *machine, const struct machine_state *state,
			const struct queue_entry *entry, unsigned int i, struct plan_axis *plan)
{
	const struct axis *axis = &state->axis[i];

	plan->speed = axis_rate(axis, entry->limits[i].speed);
	plan->acceleration = axis_rate(axis, entry->limits[i].acceleration);
	plan->jerk = axis_rate(axis, entry->limits[i].jerk);
	machine_lower_rate(machine, axis, &plan->speed);
}

/* A point that was accepted on hold, or that a hold has taken out of the plan. */
static noinline int plan_point(struct machine *machine, struct machine_state *state,
			       struct queue_entry *entry)
{
	struct motion *motion = &machine->motion;
	struct plan_pvt *pvt = &machine->asked.pvt;
	struct plan_fault fault;
	unsigned int i;
	int error;

	if (entry->point.begins) { /* though one may be under way */
		motion_stage_rest(motion, motion_staged_end_ns(motion) + 1);
		error = queue_take_up(machine, state, entry->point.begin_play);
		if (error)
			return error;
	}
	memset(pvt, 0, sizeof(*pvt));
	pvt->axes = entry->axes;
	pvt->duration_ns = entry->duration_ns;
	pvt->accepted = true;
	for (i = 0; i < machine->names.count; i++) {
		fill_limits(machine, state, entry, i, &pvt->axis[i].axis);
		pvt->axis[i].position = entry->point.position[i];
		pvt->axis[i].velocity = entry->point.velocity[i];
	}
	error = plan_pvt(motion, pvt, &entry->staged_point_ns, &fault);
	entry->staged_end_ns = motion_staged_end_ns(motion);
	state->commit_ns = entry->staged_point_ns;
	return error;
}

/* Stage @entry, which rests before @from_ns and after. 0 or -ENOSPC. */
static int plan_entry(struct machine *machine, struct machine_state *state,
		      struct queue_entry *entry, u64 from_ns)
{
	struct motion *motion = &machine->motion;
	int error = 0;

	switch (entry->kind) {
	case ENTRY_MOVE:
	case ENTRY_NOW:
	case ENTRY_RUN:
		return plan_single(machine, state, entry, from_ns);
	case ENTRY_WAIT:
		motion_stage_rest(motion, motion_staged_end_ns(motion) + entry->time_ns);
		break;
	case ENTRY_UNTIL:
		motion_stage_rest(motion, entry->time_ns);
		break;
	case ENTRY_TRIGGER:
		error = plan_trigger(motion, entry);
		break;
	case ENTRY_POINT:
		return plan_point(machine, state, entry);
	case ENTRY_STOP: /* staged when it was accepted, or over */
		if (entry->end_ns == U64_MAX)
			break;
		entry->staged_end_ns = entry->end_ns; /* before a hold */
		state->commit_ns = motion_staged_end_ns(motion);
		return 0;
	case ENTRY_HOME: /* not here */
		break;
	}
	entry->staged_end_ns = motion_staged_end_ns(motion);
	state->commit_ns = entry->staged_end_ns;
	return error;
}

/*
 * Let the staged plan begin where the published one would be another with what is
 * queued, if that flows on from it and there is time enough. Then @first is the
 * entry that is under way there; 0: it begins at rest behind it.
 */
static void begin(struct machine *machine, const struct machine_state *state, u64 now_ns,
		  u32 *first)
{
	const struct queue_entry *next = machine_entry(machine, state->planned + 1);
	struct motion *motion = &machine->motion;
	u64 cut_ns;
	u32 number;

	*first = 0;
	motion_stage(motion, now_ns);
	if (state->planned == state->done ||
	    !flow_on(machine_entry(machine, state->planned), next))
		return;
	cut_ns = motion->earliest_ns + MOTION_HANDOVER_NS - MOTION_LEAD_NS;
	cut_ns = max(cut_ns, state->commit_ns);
	for (number = state->done + 1; number != state->planned + 1; number++) {
		const struct queue_entry *entry = machine_entry(machine, number);

		if (entry->end_ns <= cut_ns)
			continue;
		if (next->settled_ns > cut_ns || !flows(entry))
			break;
		motion_stage_cut_at(motion, now_ns, cut_ns);
		if (!motion_cut_moving(motion))
			break;
		lay_path(machine, state, number, state->planned, number);
		if (machine->path.count) {
			*first = number;
			return;
		}
		cut_ns = entry->end_ns; /* so near that it has no direction left */
	}
	motion_stage(motion, now_ns);
}

/* Stage up to entry @last. 0 or -ENOSPC. */
static int plan_up_to(struct machine *machine, struct machine_state *state, u64 now_ns,
		      bool begun, u32 last)
{
	struct motion *motion = &machine->motion;
	u32 planned = state->planned;
	u32 first = 0, end = last;
	int error = 0;

	if (!begun)
		begin(machine, state, now_ns, &first);
	if (!begun || (s32)(machine->planned_from - state->planned) > 1)
		machine->planned_from = state->planned + 1;
	if (first) {
		machine->planned_from = first;
		error = plan_path(machine, state, first, planned, &end);
		state->planned = end;
	}
	while (!error && state->planned != last) {
		struct queue_entry *entry = machine_entry(machine, state->planned + 1);
		u64 from_ns;

		motion_stage_rest(motion, entry->settled_ns);
		from_ns = motion_staged_end_ns(motion);
		if (queue_goes(entry))
			error = queue_take_up(machine, state, entry->play);
		if (error)
			break;
		end = state->planned + 1;
		if (flows(entry) && end != last) {
			end = last;
			error = plan_path(machine, state, state->planned + 1, planned, &end);
		} else {
			error = plan_entry(machine, state, entry, from_ns);
		}
		state->planned = end;
	}
	return error;
}

/* What the axes may do on a path that is held or goes on. */
static void fill_accelerations(const struct machine *machine, const struct machine_state *state,
			       struct warp *warp)
{
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &state->axis[i];
		struct plan_axis plan =
			axis_limits_in_motion(axis, axis->setting[SETTING_MAXSPEED]);

		warp->acceleration[i] = plan_limits(&plan).acceleration;
	}
}

/* Stage the stream that is held, and nothing behind it. 0 or -EAGAIN. */
static noinline int plan_held(struct machine *machine, struct machine_state *state, u64 now_ns)
{
	struct motion *motion = &machine->motion;
	struct queue_entry *entry = NULL;
	struct resume resume;

	motion_stage(motion, now_ns);
	machine->planned_from = state->planned + 1;
	fill_accelerations(machine, state, &resume.warp);
	warp_resume_begin(&resume, motion);
	for (; state->planned != state->queued; state->planned++) {
		struct queue_entry *next = machine_entry(machine, state->planned + 1);

		if (next->kind == ENTRY_STOP) { /* over before the hold */
			next->staged_end_ns = next->end_ns;
			continue;
		}
		if (next->kind != ENTRY_POINT || next->end_ns == U64_MAX)
			break;
		entry = next;
		if (warp_resume_until(&resume, entry->point_ns, &entry->staged_point_ns))
			return -EAGAIN;
		entry->staged_end_ns = entry->staged_point_ns;
	}
	if (warp_resume_end(&resume))
		return -EAGAIN;
	if (entry)
		entry->staged_end_ns = motion_staged_end_ns(motion);
	state->commit_ns = motion->stage_ns; /* what follows is to be planned at once */
	return 0;
}

/* How many entries can be planned: none behind a HOME that is not over. */
static u32 plannable(struct machine *machine, const struct machine_state *state)
{
	u32 number = state->planned;

	if (state->home.axes)
		return 0;
	while (number != state->queued && machine_entry(machine, number + 1)->kind != ENTRY_HOME)
		number++;
	return number - state->planned;
}

int queue_plan(struct machine *machine, struct machine_state *state, u64 now_ns, bool begun)
{
	u32 count = plannable(machine, state);
	u64 commit_ns = state->commit_ns;
	u32 planned = state->planned;

	if (!begun && motion_holds(&machine->motion))
		return plan_held(machine, state, now_ns);
	if (!count) {
		if (!begun)
			motion_stage(&machine->motion, now_ns);
		return 0;
	}
	while (plan_up_to(machine, state, now_ns, begun, planned + count)) {
		state->planned = planned;
		state->commit_ns = commit_ns;
		count /= 2;
		if (begun || !count)
			return -EAGAIN;
		motion_abandon(&machine->motion);
	}
	return 0;
}

void queue_planned(struct machine *machine)
{
	u32 number = machine->planned_from;

	for (; (s32)(machine->state.planned - number) >= 0; number++) {
		struct queue_entry *entry = machine_entry(machine, number);

		entry->end_ns = entry->staged_end_ns;
		entry->point_ns = entry->staged_point_ns;
	}
	machine->planned_from = number;
}

u64 queue_due_ns(struct machine *machine)
{
	const struct machine_state *state = &machine->state;
	u64 commit_ns;

	if (state->hold || !plannable(machine, state))
		return U64_MAX;
	commit_ns = motion_real_ns(&machine->motion, state->commit_ns);
	return commit_ns - min_t(u64, commit_ns, AHEAD_NS);
}

/* Which axes move in the legs of @path. */
static u32 axes_of(const struct plan_path *path)
{
	u32 axes = 0;
	unsigned int i;

	for (i = 0; i < path->count; i++)
		axes |= path->leg[i].moving;
	return axes;
}

/*
 * Whether at the cut the axes are to rest before @entry ends: it takes up play, or they
 * still slow down for a hold, from which @entry will go on.
 */
static bool rests_before_end(const struct motion *motion, const struct queue_entry *entry)
{
	const struct segment *segment =
		&motion->pool.segment[motion_end_of_move(motion, motion->cut_segment)];

	return segment_end_ns(segment) + 1 < entry->end_ns;
}

int queue_stop(struct machine *machine, const struct machine_state *state, u32 axes, u64 now_ns)
{
	struct motion *motion = &machine->motion;
	u32 number;

	for (number = state->done + 1; number != state->planned + 1; number++) {
		const struct queue_entry *entry = machine_entry(machine, number);

		if (entry->end_ns <= motion->stage_ns)
			continue;
		if (entry->kind != ENTRY_MOVE || !motion_cut_moving(motion) ||
		    rests_before_end(motion, entry))
			return -ENOENT;
		lay_path(machine, state, number, state->planned, state->planned);
		if (machine->path.count && entry->leg >= 0)
			break;
		motion_stage_cut_at(motion, now_ns, entry->end_ns);
		motion->cut_outputs = OUTPUTS_FALL;
	}
	if (number == state->planned + 1 || (axes_of(&machine->path) & ~axes))
		return -ENOENT;
	return path_plan(&machine->path, motion, true) ? -EAGAIN : 0;
}

/*
 * @entry is held on its way, not for the first time perhaps: of the time that it was to take
 * in all, as much is left as of its way.
 */
static void shorten(struct machine *machine, struct queue_entry *entry)
{
	struct real longest = real_from(0), left = real_from(0);
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &machine->state.axis[i];
		s64 before = target_before(machine, &machine->state, entry->number, i);
		s64 from = axis_steps(axis, before) + axis->origin;
		s64 held = motion_staged_steps(&machine->motion, i) -
			   motion_staged_play(&machine->motion, i);
		s64 to = axis_steps(axis, entry->target[i]) + axis->origin;

		if (real_compare(real_absolute(real_from(to - from)), longest) <= 0)
			continue;
		longest = real_absolute(real_from(to - from));
		left = real_absolute(real_from(to - held));
	}
	if (real_sign(longest))
		left = real_div(real_mul(real_from(entry->time_ns), left), longest);
	entry->duration_ns = max(real_round(left), 1LL);
}

int queue_hold_stream(struct machine *machine, const struct machine_state *state, u64 *held_ns)
{
	struct motion *motion = &machine->motion;
	struct queue_entry *entry = NULL;
	u32 number = state->done, last;
	struct warp warp;
	int error;

	do {
		if (number == state->planned)
			return -ENOENT;
		entry = machine_entry(machine, ++number);
		/* what an earlier hold has passed may be a STOP that is slowing down yet */
	} while (entry->kind == ENTRY_STOP || queue_end_ns(machine, entry) <= motion->stage_ns);
	if (entry->kind != ENTRY_POINT || !motion_cut_moving(motion))
		return -ENOENT;
	for (last = number; last != state->planned; last++)
		if (machine_entry(machine, last + 1)->kind != ENTRY_POINT)
			break;
	fill_accelerations(machine, state, &warp);
	*held_ns = machine_entry(machine, last)->end_ns;
	error = warp_hold_begin(&warp, motion, *held_ns);
	for (number = state->done + 1; !error && number != last + 1; number++) {
		u64 end_ns;

		entry = machine_entry(machine, number);
		end_ns = queue_end_ns(machine, entry);
		if (end_ns > motion->stage_ns)
			error = warp_hold_until(&warp, end_ns, &entry->staged_point_ns);
	}
	if (!error)
		*held_ns = warp_hold_end(&warp, *held_ns);
	return error;
}

/* The entry that was under way at plan time @held_ns: what is left of its time. */
static void hold_entry(struct machine *machine, struct queue_entry *entry, u64 held_ns)
{
	if (entry->end_ns == U64_MAX)
		return; /* it had not begun */
	if (entry->kind == ENTRY_HOME)
		entry->end_ns = U64_MAX; /* begins anew */
	if (entry->kind == ENTRY_WAIT)
		entry->time_ns = min(entry->time_ns, entry->end_ns - held_ns);
	if (entry->kind == ENTRY_MOVE && entry->duration_ns)
		shorten(machine, entry);
}

void queue_hold(struct machine *machine, u64 held_ns)
{
	bool held = motion_holds(&machine->motion);
	u32 queued = machine->state.queued;
	u32 number = machine->state.done + 1;
	struct queue_entry *entry;
	u64 end_ns;

	for (; number != queued + 1; number++) {
		entry = machine_entry(machine, number);
		end_ns = queue_end_ns(machine, entry);
		if (entry->kind == ENTRY_HOME || end_ns > held_ns)
			break;
		/* what is passed while a stream slows down is so later */
		if (end_ns > machine->motion.stage_ns)
			end_ns = entry->staged_point_ns;
		entry->end_ns = end_ns;
		entry->kind = ENTRY_STOP;
	}
	if (number == queued + 1)
		return;
	hold_entry(machine, machine_entry(machine, number), held_ns);
	for (; number != queued + 1; number++) {
		entry = machine_entry(machine, number);
		/* what an earlier hold would have passed while it slowed down is ahead again */
		if (held && entry->kind == ENTRY_STOP && entry->duration_ns) {
			entry->kind = ENTRY_POINT;
			entry->point_ns = entry->end_ns;
		}
		held = held && (entry->kind == ENTRY_POINT || entry->kind == ENTRY_STOP);
		if (!held)
			entry->end_ns = U64_MAX;
	}
}

u64 queue_end_ns(struct machine *machine, const struct queue_entry *entry)
{
	const struct queue_entry *next = machine_entry(machine, entry->number + 1);

	if (entry->kind == ENTRY_POINT && entry->number != machine->state.queued &&
	    next->kind == ENTRY_POINT)
		return entry->point_ns;
	return entry->end_ns;
}

void queue_set_out(struct machine *machine, struct machine_state *state)
{
	u32 number;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++)
		axis_forget_target(&state->axis[i]);
	for (number = state->done + 1; number != state->queued + 1; number++) {
		struct queue_entry *entry = machine_entry(machine, number);

		for (i = 0; i < machine->names.count; i++) {
			struct axis *axis = &state->axis[i];
			s64 from = axis->target;

			if (entry->axes & BIT(i))
				axis->target = entry->target[i];
			if (entry->axes & BIT(i) && entry->kind == ENTRY_HOME)
				axis->play = entry->play[i];
			else
				axis_approach(axis, from);
			entry->target[i] = axis->target;
			entry->play[i] = axis->play;
		}
	}
}

void queue_drop(struct machine *machine, enum entry_outcome outcome)
{
	while (machine->state.done != machine->state.queued) {
		struct queue_entry *entry = machine_entry(machine, ++machine->state.done);

		entry->outcome = outcome;
		events_add(machine, entry->tag, "* DROPPED\n");
	}
	machine->state.planned = machine->state.queued;
	motion_drop_held(&machine->motion);
}
