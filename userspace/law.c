// SPDX-License-Identifier: GPL-2.0
/*
 * Segments in floating point; see law.h.
 */
#include <math.h>

#include "law.h"

#define NS 1e9L

long double segment_start(const struct segment *segment)
{
	return (s64)(segment->start_ns - REHEARSAL_BEGIN_NS) +
	       ldexpl(segment->start_fraction, -32);
}

long double segment_duration(const struct segment *segment)
{
	return ldexpl(segment->end, segment->time_shift - 63);
}

/* See struct cubic: c[i] has fraction_bits + i bits, and u is in 2^time_shift ns. */
struct law law_of(const struct segment *segment, unsigned int axis)
{
	const struct cubic *cubic = &segment->cubic[axis];
	int bits = segment->fraction_bits[axis];
	int shift = segment->time_shift;

	return (struct law){
		.position = cubic->base + ldexpl(cubic->c[0], -bits),
		.speed = ldexpl(cubic->c[1], -bits - 1 - shift) * NS,
		.acceleration = 2 * ldexpl(cubic->c[2], -bits - 2 - 2 * shift) *
				NS * NS,
		.jerk = 6 * ldexpl(cubic->c[3], -bits - 3 - 3 * shift) *
			NS * NS * NS,
	};
}

struct law law_after(const struct law *law, long double time_s)
{
	long double t = time_s;

	return (struct law){
		.position = law->position +
			    t * (law->speed +
				 t / 2 * (law->acceleration + t / 3 * law->jerk)),
		.speed = law->speed + t * (law->acceleration + t / 2 * law->jerk),
		.acceleration = law->acceleration + t * law->jerk,
		.jerk = law->jerk,
	};
}

struct law law_in_units(const struct law *law, const struct axis *axis, s64 play)
{
	long double unit = (long double)axis->scale_denominator /
			   axis->scale_numerator;

	return (struct law){
		.position = (law->position - axis->origin - play) * unit,
		.speed = law->speed * unit,
		.acceleration = law->acceleration * unit,
		.jerk = law->jerk * unit,
	};
}
