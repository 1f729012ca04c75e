/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines to commands. The table of commands (commands.h) is the only list of
 * them: a row names the word, its form, its usage and its help; what the
 * command does to the machine is one function in hw/, command_<VERB>().
 *
 * Nothing here touches a machine: a line is parsed completely into struct
 * command, one at a time, and whoever runs it does so on a copy until the whole
 * line has proved good.
 */
#ifndef PARSER_COMMAND_H
#define PARSER_COMMAND_H

#include "commands.h"
#include "error.h"
#include "number.h"

#define AXES_MAX 8
#define AXIS_NAME_MAX 15
#define TAG_MAX 15
#define PRESET_NAME_MAX 15

/* clang-format off */
enum verb {
#define COMMAND(verb, word, form, usage, help) VERB_##verb,
	COMMANDS
#undef COMMAND
	VERB_COUNT
};

enum setting {
#define SETTING(id, kind, guarded, lowest, highest, help) SETTING_##id,
	SETTINGS
#undef SETTING
	SETTING_COUNT
};

/* clang-format on */

/* What the value of a setting is; decides which units it may carry. */
enum setting_kind {
	KIND_SPEED, /* axis units per second */
	KIND_ACCELERATION, /* axis units per second squared */
	KIND_JERK, /* axis units per second cubed */
	KIND_POSITION, /* axis units */
	KIND_RATIO, /* steps per axis unit, exact: 32000/360 */
	KIND_DURATION, /* ns; written with a unit */
	KIND_UNIT, /* a word: deg rad rev mm cm in steps */
	KIND_FLAG, /* 0 or 1 */
	KIND_DIRECTION, /* -1 or 1 */
};

/* The names that a line may use for axes, in the order of their numbers. */
struct axis_names {
	unsigned int count;
	char name[AXES_MAX][AXIS_NAME_MAX + 1];
};

/* The value of a setting as it was written. */
struct setting_value {
	struct quantity quantity; /* all but those below; flags as 0 or MICRO */
	u64 numerator; /* KIND_RATIO, in lowest terms; never 0 */
	u64 denominator;
	u64 duration_ns; /* KIND_DURATION */
	enum unit unit; /* KIND_UNIT */
};

/*
 * One command, parsed. Only what its form can hold is set; the rest is zero. The
 * members of the union belong to different forms, so that there is less to clear.
 */
struct command {
	enum verb verb;
	u16 column; /* of its first word, from 1 */
	u32 axes; /* bit n: axis n was named */
	u32 relative; /* bit n: axis n's value is BY, not absolute */
	struct quantity value[AXES_MAX]; /* targets */
	bool has_speed; /* AT */
	struct quantity speed;
	bool has_duration; /* IN, FOR; WAIT without UNTIL, and TRIGGER, always */
	u64 duration_ns;
	u16 duration_column; /* of UNTIL's time, too */
	u16 value_column; /* of a setting's value, an output, a name */
	union {
		struct quantity velocity[AXES_MAX]; /* RUN, PVT */
		struct { /* SET, GET */
			bool has_setting; /* GET with a setting; SET always */
			enum setting setting;
			struct setting_value setting_value;
		};
		struct { /* WAIT */
			bool until;
			u64 realtime_ns; /* since 1970, at most S64_MAX */
		};
		unsigned int output; /* TRIGGER: from 1 */
		char name[PRESET_NAME_MAX + 1]; /* SAVE, GO, FORGET; HELP's word, "" for none */
		bool on; /* WATCH */
	};
};

/* Walks a line command by command. */
struct parser {
	const struct axis_names *axes;
	const char *bytes;
	unsigned int length;
	unsigned int at;
	char tag[TAG_MAX + 1]; /* "" where the line has none */
	struct error_report *report; /* of the call in progress */
};

/*
 * Begin with a line of @length bytes, without its LF. Reads its tag, if it has
 * one. 0, or a negative errno with @report filled.
 */
int parser_begin(struct parser *parser, const struct axis_names *axes,
		 const char *bytes, unsigned int length,
		 struct error_report *report);

/*
 * The next command of the line: 1 with @command filled, 0 at the end of the
 * line, or a negative errno with @report filled.
 */
int parser_next(struct parser *parser, struct command *command,
		struct error_report *report);

/* Whether @word (any case) is a word of the language, so that no axis may be called so. */
bool parser_is_reserved(const char *word);

const char *setting_name(enum setting setting);
enum setting_kind setting_kind(enum setting setting);
bool setting_is_guarded(enum setting setting);

/*
 * Whether @value (millionths of the axis unit, a multiple of MICRO for a flag, or
 * ns) is one that the setting takes, as is the ratio of a scale in millionths. 0, or
 * -EINVAL with @report filled, for @column.
 */
int setting_check(enum setting setting, s64 value, unsigned int column,
		  struct error_report *report);

#endif
