// SPDX-License-Identifier: GPL-2.0
/*
 * The rate is changed linearly in time, piece by piece. In a piece an axis does
 *
 *	f(t) = p(x(t)),  f' = p' r,  f'' = p'' r^2 + p' r',
 *
 * a polynomial of degree 6, for which a cubic with the same ends and the same speeds
 * there stands in. That is off by no more than h^4 / 384 times the largest f'''' =
 * 6 p''' r^2 r' + 3 p'' r'^2. Its acceleration is linear, so that only the ends of a piece
 * have to be looked at. As the path itself keeps to the limits, going on at any rate up
 * to 1 is always allowed: where no piece with a change of rate is, it waits for a better
 * place. Times are ns.
 */
#include "warp.h"

/* By how much the rate changes in a piece at most, as a power of two. */
#define RATE_STEP_BITS (-3)
/* Pieces of the path below this, ns as a power of two, are passed over. */
#define TIME_BITS (-10)
/* A change of the rate below this, as a power of two, is not worth a piece of its own. */
#define SMALL_BITS (-8)
/* How often a piece or its change is halved before the rate is left as it is. */
#define HALVINGS 6
/* Where the rate cannot change, it may a quarter of a segment later, or so long. */
#define LOOK_AGAIN_NS 20000000

static const struct segment *present(const struct warp *warp)
{
	return &warp->motion->pool.segment[warp->segment];
}

static struct real since_start(const struct segment *segment, s64 u)
{
	return real_shift(real_from(u), segment->time_shift - 63);
}

void warp_begin(struct warp *warp, struct motion *motion, u16 segment, s64 u, u16 last,
		struct real rate, bool faster)
{
	warp->motion = motion;
	warp->faster = faster;
	warp->segment = segment;
	warp->last = last;
	warp->at_ns = since_start(&motion->pool.segment[segment], u);
	warp->rate = rate;
	warp->origin_ns = motion->staged_end_ns;
	warp->now_ns = real_from(0);
	warp->move_start_ns = warp->origin_ns;
	memcpy(warp->steps, motion->staged_steps, sizeof(warp->steps));
}

/* Whether it is at the rate that was wanted. */
static bool warp_is_done(const struct warp *warp)
{
	if (!warp->faster)
		return !real_sign(warp->rate);
	return real_compare(warp->rate, real_from(1)) >= 0;
}

static u64 warp_end_ns(const struct warp *warp)
{
	return warp->origin_ns + (u64)real_ceil(warp->now_ns);
}

/* A piece of the path, and the rates at its ends. */
struct stretch {
	struct real from_ns; /* since the start of the segment */
	struct real way_ns; /* of the path's time */
	struct real rate;
	struct real end_rate;
	struct real duration;
};

static struct state state_on_path(const struct warp *warp, unsigned int axis, struct real at_ns)
{
	struct state state = segment_state(present(warp), axis, 0);

	return state_after(&state, at_ns);
}

/*
 * How fast the rate may change here, signed; with room to spare, as the path curves. False:
 * no axis moves, it may be any.
 */
static bool find_slope(const struct warp *warp, struct real *slope)
{
	struct real square = real_mul(warp->rate, warp->rate);
	bool any = false;
	unsigned int i;

	*slope = real_from(0);
	for (i = 0; i < warp->motion->axes; i++) {
		struct state state;
		struct real most;

		if (!segment_moves(present(warp), i))
			continue;
		state = state_on_path(warp, i, warp->at_ns);
		if (!real_sign(state.speed))
			continue;
		most = real_mul(state.acceleration, square);
		if (warp->faster == !state.speed.negative)
			most = real_negate(most);
		most = real_add(warp->acceleration[i], most);
		most = real_sign(most) > 0 ? real_div(most, real_absolute(state.speed)) :
					     real_from(0);
		if (!any || real_compare(most, *slope) < 0)
			*slope = most;
		any = true;
	}
	*slope = real_mul(*slope, real_ratio(warp->faster ? 15 : -15, 16));
	return any;
}

/* The rate after @way_ns of the path, where it changes by @slope; r^2 grows with the path. */
static void end_stretch(struct stretch *stretch, struct real slope)
{
	struct real square = real_mul(stretch->rate, stretch->rate);

	square = real_add(square, real_shift(real_mul(slope, stretch->way_ns), 1));
	stretch->end_rate = real_sign(square) > 0 ? real_sqrt(square) : real_from(0);
}

/* The longest stretch from here that may do. */
static void choose_stretch(const struct warp *warp, struct stretch *stretch, struct real slope)
{
	struct real step = real_shift(real_from(1), RATE_STEP_BITS);
	struct real left_ns = real_sub(since_start(present(warp), present(warp)->end), warp->at_ns);
	struct real goal = real_from(warp->faster), way;

	stretch->from_ns = warp->at_ns;
	stretch->rate = warp->rate;
	stretch->end_rate = warp->rate;
	stretch->way_ns = left_ns;
	if (!real_sign(slope))
		return;
	if (warp->faster && real_compare(real_add(warp->rate, step), goal) < 0)
		goal = real_add(warp->rate, step);
	else if (!warp->faster && real_compare(real_sub(warp->rate, step), goal) > 0)
		goal = real_sub(warp->rate, step);
	way = real_mul(real_sub(goal, warp->rate), real_add(goal, warp->rate));
	way = real_div(way, real_shift(slope, 1));
	if (real_compare(way, left_ns) >= 0) {
		end_stretch(stretch, slope);
	} else {
		stretch->way_ns = way;
		stretch->end_rate = goal;
	}
}

/* The cubic of @axis along @stretch, as the state that it begins in. */
static struct state cubic_along(const struct warp *warp, unsigned int axis,
				const struct stretch *stretch)
{
	struct state from = state_on_path(warp, axis, stretch->from_ns);
	struct state to = state_on_path(warp, axis, real_add(stretch->from_ns, stretch->way_ns));

	from.speed = real_mul(from.speed, stretch->rate);
	to.speed = real_mul(to.speed, stretch->end_rate);
	return state_towards(&from, &to, stretch->duration);
}

/* Whether the cubic of @axis along @stretch is near enough, and within the limit. */
static noinline bool fits(const struct warp *warp, unsigned int axis,
			  const struct stretch *stretch, struct real slope)
{
	struct state cubic = cubic_along(warp, axis, stretch);
	struct real limit = warp->acceleration[axis];
	struct real h2 = real_mul(stretch->duration, stretch->duration);
	struct real fast = warp->faster ? stretch->end_rate : stretch->rate;
	struct state from = state_on_path(warp, axis, stretch->from_ns);
	struct state to = state_after(&from, stretch->way_ns);
	struct real fourth, bend;

	if (real_compare(real_absolute(cubic.acceleration), limit) > 0)
		return false;
	cubic = state_after(&cubic, stretch->duration);
	if (real_compare(real_absolute(cubic.acceleration), limit) > 0)
		return false;
	fourth = real_mul(real_mul(real_absolute(from.jerk), fast), fast);
	bend = real_absolute(from.acceleration);
	if (real_compare(real_absolute(to.acceleration), bend) > 0)
		bend = real_absolute(to.acceleration);
	fourth = real_add(real_shift(fourth, 1), real_mul(bend, real_absolute(slope)));
	fourth = real_mul(real_mul(real_from(3), fourth), real_absolute(slope));
	return real_compare(real_mul(real_mul(fourth, h2), h2),
			    real_shift(real_from(384), WARP_ERROR_BITS)) <= 0;
}

static bool all_fit(const struct warp *warp, const struct stretch *stretch, struct real slope)
{
	unsigned int i;

	for (i = 0; i < warp->motion->axes; i++)
		if (segment_moves(present(warp), i) && !fits(warp, i, stretch, slope))
			return false;
	return true;
}

/* From h = way / average rate */
static void find_duration(struct stretch *stretch)
{
	stretch->duration = real_div(real_shift(stretch->way_ns, 1),
				     real_add(stretch->rate, stretch->end_rate));
}

/* Stay at the rate for a while, where it cannot change. */
static void keep_rate(const struct warp *warp, struct stretch *stretch)
{
	struct real end_ns = since_start(present(warp), present(warp)->end);
	struct real while_ns = real_shift(end_ns, -2);

	if (real_compare(while_ns, real_from(LOOK_AGAIN_NS)) < 0)
		while_ns = real_from(LOOK_AGAIN_NS);
	stretch->way_ns = real_sub(end_ns, warp->at_ns);
	if (real_compare(while_ns, stretch->way_ns) < 0)
		stretch->way_ns = while_ns;
	stretch->end_rate = warp->rate;
}

/* Whether the piece is too short to be one. */
static bool is_nothing(const struct stretch *stretch)
{
	return real_is_below(stretch->way_ns, TIME_BITS);
}

/* Whether the rate changes too little to be worth a piece: it is not there by it. */
static bool is_small(const struct stretch *stretch)
{
	struct real change = real_sub(stretch->end_rate, stretch->rate);

	return real_is_below(change, SMALL_BITS) &&
	       real_compare(stretch->end_rate, real_from(1)) < 0;
}

/* The next piece, where the rate may change by @slope. */
static void find_stretch(const struct warp *warp, struct stretch *stretch, struct real slope)
{
	/* there is always a change that fits where half of the acceleration is free */
	bool tight = real_compare(warp->rate, real_ratio(1, 2)) > 0;
	unsigned int halvings;

	choose_stretch(warp, stretch, slope);
	for (halvings = 0; !is_nothing(stretch) && real_sign(slope); halvings++) {
		find_duration(stretch);
		if (all_fit(warp, stretch, slope))
			break;
		if (tight && halvings % 2)
			slope = real_shift(slope, -1);
		else
			stretch->way_ns = real_shift(stretch->way_ns, -1);
		end_stretch(stretch, slope);
		if (tight && halvings == HALVINGS)
			slope = real_from(0);
	}
	if (!real_sign(slope) || (tight && is_small(stretch))) {
		keep_rate(warp, stretch);
		find_duration(stretch);
	}
}

/* Stage @stretch; @whole: it ends where the path's segment does. 0 or -ENOSPC. */
static int stage_stretch(struct warp *warp, const struct stretch *stretch, bool whole)
{
	struct motion *motion = warp->motion;
	struct segment *segment = motion_append(motion);
	const struct segment *path = present(warp);
	unsigned int i;

	if (!segment)
		return -ENOSPC;
	segment_set_time(segment, warp->origin_ns, warp->now_ns, stretch->duration);
	segment->move_start_ns = warp->move_start_ns;
	for (i = 0; i < motion->axes; i++) {
		s64 last = path->cubic[i].last;
		bool up = last > warp->steps[i];
		struct state cubic;

		if (!segment_moves(path, i)) {
			segment_set_rest(segment, i, warp->steps[i]);
			continue;
		}
		cubic = cubic_along(warp, i, stretch);
		segment_set_axis(segment, i, path->cubic[i].base, &cubic, up,
				 warp->steps[i]);
		/* no further than the path's segment goes, and all of that at its end */
		if (whole || (up ? last < segment->cubic[i].last : last > segment->cubic[i].last))
			segment->cubic[i].last = last;
		warp->steps[i] = segment->cubic[i].last;
	}
	warp->now_ns = real_add(warp->now_ns, stretch->duration);
	motion->staged_end_ns = warp_end_ns(warp);
	memcpy(motion->staged_steps, warp->steps, sizeof(warp->steps));
	return 0;
}

/* The path's segment is over. */
static void leave_segment(struct warp *warp)
{
	struct motion *motion = warp->motion;
	const struct segment *path = present(warp);
	unsigned int i;

	if (real_sign(warp->now_ns)) {
		struct segment *segment = &motion->pool.segment[motion->staged.last];

		for (i = 0; i < motion->axes; i++) {
			warp->steps[i] = path->cubic[i].last;
			segment->cubic[i].last = warp->steps[i];
		}
		memcpy(motion->staged_steps, warp->steps, sizeof(warp->steps));
		segment->at_rest |= path->at_rest;
	}
	if (path->at_rest)
		warp->rate = real_from(warp->faster);
	warp->segment = warp->segment == warp->last ? SEGMENT_NONE : path->next;
	warp->at_ns = real_from(0);
}

/*
 * Stage all up to the end of the path's segment that it is in, or until it is done. 0 or
 * -ENOSPC.
 */
static int slow_segment(struct warp *warp)
{
	struct real end_ns = since_start(present(warp), present(warp)->end);
	struct real slope, left_ns;
	struct stretch stretch;

	while (!warp_is_done(warp)) {
		left_ns = real_sub(end_ns, warp->at_ns);
		if (real_is_below(left_ns, TIME_BITS) || real_sign(left_ns) < 0) {
			leave_segment(warp);
			return 0;
		}
		if (!find_slope(warp, &slope)) {
			warp->rate = real_from(warp->faster); /* nothing moves */
			return 0;
		}
		find_stretch(warp, &stretch, slope);
		warp->rate = stretch.end_rate;
		if (is_nothing(&stretch))
			continue;
		warp->at_ns = real_add(stretch.from_ns, stretch.way_ns);
		left_ns = real_sub(left_ns, stretch.way_ns);
		if (stage_stretch(warp, &stretch, real_is_below(left_ns, TIME_BITS)))
			return -ENOSPC;
	}
	return 0;
}

/* Stage the rest of the segment that it is in, at the rate that it has. 0 or -ENOSPC. */
static int finish_segment(struct warp *warp)
{
	struct real end_ns = since_start(present(warp), present(warp)->end);
	struct stretch stretch = {
		.from_ns = warp->at_ns,
		.way_ns = real_sub(end_ns, warp->at_ns),
		.rate = warp->rate,
		.end_rate = warp->rate,
	};

	if (!is_nothing(&stretch)) {
		find_duration(&stretch);
		if (stage_stretch(warp, &stretch, true))
			return -ENOSPC;
	}
	leave_segment(warp);
	return 0;
}

static int go_on(struct warp *warp)
{
	return warp_is_done(warp) ? finish_segment(warp) : slow_segment(warp);
}

/* @time >= 0 in whole ns and 2^-32 of one. */
static u64 split_time(struct real time, u32 *fraction)
{
	u64 ns = real_ceil(time);
	u64 part;

	if (real_compare(real_from(ns), time) > 0)
		ns--;
	part = real_round(real_shift(real_sub(time, real_from(ns)), 32));
	*fraction = part;
	return ns + (part >> 32);
}

int warp_staged(struct warp *warp, u16 before, u16 mark, u64 move_start_ns,
		struct stream *stream)
{
	struct motion *motion = warp->motion;
	u16 last = motion->staged.last;
	u16 path = pool_cut(&motion->pool, &motion->staged, before);
	u32 fraction = stream->end_fraction;
	struct real end_ns;
	int error = 0;

	warp_begin(warp, motion, path, 0, last, stream->rate, true);
	warp->move_start_ns = move_start_ns;
	while (!error && warp->segment != SEGMENT_NONE) {
		u16 index = warp->segment;

		error = go_on(warp);
		if (index != mark || warp->segment == mark)
			continue;
		stream->segment = motion->staged.last;
		end_ns = real_add(warp->now_ns, real_shift(real_from(fraction), -32));
		stream->end_ns = warp->origin_ns + split_time(end_ns, &stream->end_fraction);
		stream->rate = warp->rate;
		mark = SEGMENT_NONE;
	}
	pool_free(&motion->pool, path, SEGMENT_NONE);
	return error;
}

/* The plan time of @warp on its path, rounded up. */
static u64 path_ns(const struct warp *warp)
{
	const struct segment *segment = present(warp);
	struct real since = real_shift(real_from(segment->start_fraction), -32);

	return segment->start_ns + real_ceil(real_add(since, warp->at_ns));
}

int warp_hold_begin(struct warp *warp, struct motion *motion, u64 end_ns)
{
	u16 path = hold_begin(&motion->hold, &motion->pool, motion->cut_segment);
	u16 last = path, next;

	if (path == SEGMENT_NONE)
		return -ENOSPC;
	while ((next = motion->pool.segment[last].next) != SEGMENT_NONE &&
	       motion->pool.segment[next].start_ns < end_ns)
		last = next;
	warp_begin(warp, motion, path, motion->cut_u, last, real_from(1), false);
	warp->move_start_ns = motion->pool.segment[path].move_start_ns;
	return 0;
}

/*
 * Whether the segment of the path that it is in is before plan time @ns, an end of one but
 * for rounding: so its middle tells.
 */
static bool is_before(const struct warp *warp, u64 ns)
{
	const struct segment *segment = present(warp);

	return segment->start_ns / 2 + segment_end_ns(segment) / 2 < ns;
}

int warp_hold_until(struct warp *warp, u64 path_ns, u64 *plan_ns)
{
	while (warp->segment != SEGMENT_NONE && !warp_is_done(warp) && is_before(warp, path_ns))
		if (slow_segment(warp))
			return -ENOSPC;
	*plan_ns = warp_end_ns(warp);
	return 0;
}

u64 warp_hold_end(struct warp *warp, u64 end_ns)
{
	struct motion *motion = warp->motion;
	struct stream stream = motion->stream;
	u64 held_ns;

	if (motion->staged.last != SEGMENT_NONE)
		motion->pool.segment[motion->staged.last].at_rest = true;
	motion->hold.staged = (struct held){ .first = warp->segment, .last = warp->last };
	if (warp->segment == SEGMENT_NONE)
		return end_ns;
	held_ns = path_ns(warp);
	motion->hold.staged.u = min_t(s64, present(warp)->end,
				      real_round(real_shift(warp->at_ns,
							    63 - present(warp)->time_shift)));
	if (stream.segment == SEGMENT_NONE || stream.end_ns <= held_ns)
		return held_ns;
	if (stream.segment == motion->cut_segment)
		stream.segment = motion->hold.path;
	motion->staged_stream = stream;
	return held_ns;
}

void warp_resume_begin(struct resume *resume, struct motion *motion)
{
	const struct held *held = &motion->hold.held;

	motion->hold.resumes = true;
	warp_begin(&resume->warp, motion, held->first, held->u, held->last, real_from(0), true);
	resume->mark = SEGMENT_NONE;
	resume->left_ns = U64_MAX;
	resume->linked = false;
}

/* The rest of the path from the present segment on as it was, only later. */
static void link_rest(struct resume *resume)
{
	struct warp *warp = &resume->warp;
	struct motion *motion = warp->motion;
	const struct segment *rest = present(warp);
	/* with the rest that was between them, if there was one */
	u64 gap_ns = rest->start_ns - min(rest->start_ns, resume->left_ns);
	u32 fraction;
	u64 ns = warp->origin_ns + gap_ns + split_time(warp->now_ns, &fraction);

	resume->later_ns = ns - rest->start_ns - (fraction < rest->start_fraction);
	resume->later_fraction = fraction - rest->start_fraction;
	resume->linked = true;
	hold_link(&motion->hold, &motion->pool, &motion->staged, warp->segment, resume->later_ns,
		  resume->later_fraction);
}

static int resume_segment(struct resume *resume)
{
	struct warp *warp = &resume->warp;
	struct motion *motion = warp->motion;
	u64 end_ns = segment_end_ns(present(warp));
	u16 index = warp->segment;

	if (warp_is_done(warp) && !real_sign(warp->at_ns)) {
		link_rest(resume);
		return 0;
	}
	if (go_on(warp))
		return -ENOSPC;
	if (warp->segment == index)
		return 0;
	resume->left_ns = end_ns;
	if (index == motion->stream.segment && motion->staged.last != SEGMENT_NONE) {
		resume->mark = motion->staged.last;
		resume->mark_ns = warp->now_ns;
		resume->rate = warp->rate;
	}
	return 0;
}

static bool is_left(const struct resume *resume)
{
	return resume->linked || resume->warp.segment == SEGMENT_NONE;
}

int warp_resume_until(struct resume *resume, u64 held_ns, u64 *plan_ns)
{
	while (!is_left(resume) && is_before(&resume->warp, held_ns))
		if (resume_segment(resume))
			return -ENOSPC;
	*plan_ns = warp_end_ns(&resume->warp);
	if (resume->linked)
		*plan_ns = held_ns + resume->later_ns + (resume->later_fraction != 0);
	return 0;
}

int warp_resume_end(struct resume *resume)
{
	struct warp *warp = &resume->warp;
	struct motion *motion = warp->motion;
	struct stream *stream = &motion->staged_stream;
	u32 *fraction = &stream->end_fraction;
	const struct segment *last = &motion->pool.segment[motion->hold.held.last];
	unsigned int i;

	while (!is_left(resume))
		if (resume_segment(resume))
			return -ENOSPC;
	*stream = motion->stream;
	if (resume->mark != SEGMENT_NONE) {
		stream->segment = resume->mark;
		stream->end_ns = warp->origin_ns + split_time(resume->mark_ns, fraction);
		stream->rate = real_mul(resume->rate, stream->rate);
	} else if (resume->linked) {
		*fraction += resume->later_fraction;
		stream->end_ns += resume->later_ns + (*fraction < resume->later_fraction);
	} else {
		stream->segment = SEGMENT_NONE;
	}
	if (resume->linked) {
		motion->staged_end_ns = segment_end_ns(last);
		for (i = 0; i < motion->axes; i++)
			motion->staged_steps[i] = last->cubic[i].last;
	}
	return 0;
}
