/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of commands and the one table of settings. Each is expanded
 * where it is needed: enum, parser, machine, HELP, manual.
 *
 * COMMAND(verb, word, form, usage, help)
 *	word: its first word; "" for the commands that begin with an axis name
 *	form: which parse function in command.c reads what follows the word
 *
 * SETTING(id, kind, guarded, lowest, highest, help)
 *	guarded: changing it needs privilege
 *	lowest, highest: the values that it takes, in millionths of its unit or ns
 */
#ifndef PARSER_COMMANDS_H
#define PARSER_COMMANDS_H

/* clang-format off */
#define COMMANDS \
	COMMAND(MOVE, "", move, "AXIS [BY] POSITION ... [AT SPEED] [IN TIME]", \
		"go there on a straight line, all axes starting and ending together") \
	COMMAND(IS, "", is, "AXIS IS POSITION", \
		"call the present position of the axis so, without moving") \
	COMMAND(POSITION, "", position, "AXIS?", \
		"where the axis is, and the steps it has made") \
	COMMAND(STATUS, "?", none, "?", \
		"state, positions and queue in one line") \
	COMMAND(STOP, "STOP", axes, "STOP [AXIS ...]", \
		"slow down within the limits, drop the queue, cancel open streams") \
	COMMAND(HALT, "HALT", none, "HALT", \
		"no more pulses, now") \
	COMMAND(RESET, "RESET", none, "RESET", \
		"leave an alarm; acknowledge a STOP or HALT") \
	COMMAND(SYNC, "SYNC", none, "SYNC", \
		"wait until all that was queued before is done") \
	COMMAND(SET, "SET", set, "SET AXIS SETTING VALUE", \
		"change a setting; answers with the line that would undo it") \
	COMMAND(GET, "GET", get, "GET [AXIS [SETTING]]", \
		"print settings as lines that can be written back")

#define SETTINGS \
	SETTING(SPEED, KIND_SPEED, false, 1, 999999999999999, \
		"speed of moves that do not say AT") \
	SETTING(ACCEL, KIND_ACCELERATION, false, 1, 999999999999999, \
		"acceleration of moves") \
	SETTING(MAXSPEED, KIND_SPEED, true, 1, 999999999999999, \
		"the highest speed that may be asked for") \
	SETTING(MAXACCEL, KIND_ACCELERATION, true, 1, 999999999999999, \
		"the highest acceleration that may be set") \
	SETTING(MIN, KIND_POSITION, true, -999999999999999, 999999999999999, \
		"soft limit: no target may lie below it") \
	SETTING(MAX, KIND_POSITION, true, -999999999999999, 999999999999999, \
		"soft limit: no target may lie above it") \
	SETTING(SCALE, KIND_RATIO, true, 1, 999999999999999, \
		"steps per axis unit, an exact ratio") \
	SETTING(UNIT, KIND_UNIT, true, 0, 0, \
		"the axis's own unit") \
	SETTING(INVERT, KIND_FLAG, true, 0, 1000000, \
		"1: the DIR line is low for up") \
	SETTING(STEPLEN, KIND_DURATION, true, 100, 1000000, \
		"how long STEP stays high") \
	SETTING(STEPSPACE, KIND_DURATION, true, 100, 1000000, \
		"how long STEP stays low at least") \
	SETTING(DIRSETUP, KIND_DURATION, true, 0, 1000000, \
		"from a change of DIR to the next STEP") \
	SETTING(DIRHOLD, KIND_DURATION, true, 0, 1000000, \
		"from the end of STEP to a change of DIR") \
	SETTING(ENABLEDELAY, KIND_DURATION, true, 0, 10000000000, \
		"from ENABLE to the first STEP")
/* clang-format on */

#endif
