// SPDX-License-Identifier: GPL-2.0
/*
 * SET and GET: which values an axis takes, and settings as lines that can be
 * written back. The words and their ranges are in parser/commands.h.
 */
#include "transaction.h"

/* SCALE: positions are kept to a millionth, half a step must be more. */
#define SCALE_HIGHEST (MICRO / 2)
#define RATIO_TERM_MAX 1000000000000ULL

/* Settings that the pulses are made with, or that positions depend on. */
static bool needs_rest(enum setting setting)
{
	switch (setting) {
	case SETTING_SCALE:
	case SETTING_UNIT:
	case SETTING_INVERT:
	case SETTING_BACKLASH:
	case SETTING_HOMEDIR:
	case SETTING_STEPLEN:
	case SETTING_STEPSPACE:
	case SETTING_DIRSETUP:
	case SETTING_DIRHOLD:
		return true;
	default:
		return false;
	}
}

/*
 * What may never be above its limit, or below it: lowering or raising the limit takes it
 * along. Of MIN and MAX the limit is the one that GET prints first.
 */
static const struct limit {
	enum setting limit;
	enum setting limited;
	bool lowest;
} limits[] = {
	{ SETTING_MAXSPEED, SETTING_SPEED, false },
	{ SETTING_MAXACCEL, SETTING_ACCEL, false },
	{ SETTING_MAXJERK, SETTING_JERK, false },
	{ SETTING_MIN, SETTING_MAX, true },
};

/* The row that @setting is in, as the one or the other, or NULL. */
static const struct limit *limit_of(enum setting setting)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++)
		if (limits[i].limit == setting || limits[i].limited == setting)
			return &limits[i];
	return NULL;
}

/* The nearest to @value that @limit allows with these settings. */
static s64 within(const struct limit *limit, const s64 *setting, s64 value)
{
	s64 bound = setting[limit->limit];

	return limit->lowest ? max(value, bound) : min(value, bound);
}

static void print_value(const struct axis *axis, enum setting setting,
			struct text *answer)
{
	s64 value = axis->setting[setting];

	switch (setting_kind(setting)) {
	case KIND_RATIO:
		text_ratio(answer, axis->scale_numerator,
			   axis->scale_denominator);
		break;
	case KIND_DURATION:
		text_duration(answer, value);
		break;
	case KIND_UNIT:
		text_printf(answer, "%s", unit_name(value));
		break;
	case KIND_FLAG:
		text_printf(answer, "%lld", value);
		break;
	default:
		text_micro(answer, value, false);
	}
}

/* Without the end of the line. */
static void print_setting(const struct transaction *line, unsigned int i,
			  const struct axis *axis, enum setting setting)
{
	text_printf(line->answer, "SET %s %s ", line->machine->names.name[i],
		    setting_name(setting));
	print_value(axis, setting, line->answer);
}

static void print_line(const struct transaction *line, unsigned int i, enum setting setting)
{
	print_setting(line, i, &line->state->axis[i], setting);
	text_end_line(line->answer);
}

/*
 * Guards first: a limit takes along what it limits, and that is set behind it. So
 * the lines make any axis what this one is.
 */
static void print_axis(const struct transaction *line, unsigned int i)
{
	unsigned int setting;

	for (setting = 0; setting < SETTING_COUNT; setting++)
		if (setting_is_guarded(setting))
			print_line(line, i, setting);
	for (setting = 0; setting < SETTING_COUNT; setting++)
		if (!setting_is_guarded(setting))
			print_line(line, i, setting);
}

int command_GET(struct transaction *line, const struct command *command)
{
	unsigned int i;

	for (i = 0; i < line->machine->names.count; i++) {
		if (command->axes && !(command->axes & BIT(i)))
			continue;
		if (command->has_setting)
			print_line(line, i, command->setting);
		else
			print_axis(line, i);
	}
	return 0;
}

static int set_scale(struct transaction *line, struct axis *axis,
		     const struct command *command)
{
	u64 numerator = command->setting_value.numerator;
	u64 denominator = command->setting_value.denominator;

	if (numerator > RATIO_TERM_MAX || denominator > RATIO_TERM_MAX)
		return error_set(line->report, EINVAL, command->value_column,
				 "a term of the ratio has too many digits");
	if (div64_u64(numerator - 1, denominator) >= SCALE_HIGHEST)
		return error_set(line->report, EINVAL, command->value_column,
				 "more than %lld steps per unit",
				 SCALE_HIGHEST);
	axis->scale_numerator = numerator;
	axis->scale_denominator = denominator;
	return 0;
}

static int set_number(struct transaction *line, unsigned int i,
		      const struct command *command)
{
	const struct limit *limit = limit_of(command->setting);
	const struct quantity *quantity = &command->setting_value.quantity;
	s64 *setting = line->state->axis[i].setting;
	s64 value;

	if (quantity->unit == UNIT_PERCENT)
		value = transaction_percent(setting[SETTING_MAXSPEED], quantity->micro);
	else if (transaction_convert(line, i, quantity, &value))
		return -EINVAL;
	if (setting_check(command->setting, value, command->value_column, line->report))
		return -EINVAL;
	if (limit && command->setting == limit->limited && within(limit, setting, value) != value)
		return error_set(line->report, limit->lowest ? ERANGE : EDOM,
				 command->value_column, "%s %s of %s",
				 limit->lowest ? "below" : "above", setting_name(limit->limit),
				 line->machine->names.name[i]);
	setting[command->setting] = value;
	if (limit)
		setting[limit->limited] = within(limit, setting, setting[limit->limited]);
	return 0;
}

static int set_value(struct transaction *line, unsigned int i,
		     const struct command *command)
{
	struct axis *axis = &line->state->axis[i];

	switch (setting_kind(command->setting)) {
	case KIND_RATIO:
		return set_scale(line, axis, command);
	case KIND_DURATION:
		axis->setting[command->setting] =
			command->setting_value.duration_ns;
		return 0;
	case KIND_UNIT:
		axis->setting[command->setting] = command->setting_value.unit;
		return 0;
	case KIND_FLAG:
		axis->setting[command->setting] =
			div64_s64(command->setting_value.quantity.micro, MICRO);
		return 0;
	default:
		return set_number(line, i, command);
	}
}

/* The line that makes axis @i what it was @before: @setting, and what that took along. */
static void print_undo(const struct transaction *line, unsigned int i,
		       const struct axis *before, enum setting setting)
{
	const struct axis *axis = &line->state->axis[i];
	unsigned int other;

	print_setting(line, i, before, setting);
	for (other = 0; other < SETTING_COUNT; other++) {
		if (other == setting || before->setting[other] == axis->setting[other])
			continue;
		text_printf(line->answer, "; ");
		print_setting(line, i, before, other);
	}
	text_end_line(line->answer);
}

/* The steps of positions of axis @i, at rest, or those of its play are others now. */
static void set_frame(struct transaction *line, unsigned int i)
{
	struct motion *motion = &line->machine->motion;
	struct axis *axis = &line->state->axis[i];
	s64 backlash = axis_backlash(axis);

	axis->play = motion_went_down(motion, i) ? -backlash : 0;
	axis_set_origin(axis, motion_steps(motion, i), axis->target, axis->play);
	/* At once, as what follows in the line may be planned already. */
	motion_set_backlash(motion, i, backlash, axis->play);
}

int command_SET(struct transaction *line, const struct command *command)
{
	unsigned int i = __ffs(command->axes);
	struct axis *axis = &line->state->axis[i];
	enum setting setting = command->setting;
	struct axis before = *axis;
	int error;

	error = set_value(line, i, command);
	print_undo(line, i, &before, setting);
	if (error || !memcmp(axis, &before, sizeof(before)))
		return error;
	if (setting_is_guarded(setting) && !line->privileged)
		return error_set(line->report, EPERM, command->column,
				 "%s guards the machine: open it as root",
				 setting_name(setting));
	if (needs_rest(setting) && !transaction_rests(line))
		return error_set(line->report, EBUSY, command->column,
				 "%s needs the axes at rest",
				 setting_name(setting));
	if (transaction_moves(line))
		axis_remember_limits(&before);
	axis->past_acceleration = before.past_acceleration;
	axis->past_jerk = before.past_jerk;
	line->timing |= needs_rest(setting);
	if (setting == SETTING_SCALE || setting == SETTING_BACKLASH)
		set_frame(line, i);
	return 0;
}
