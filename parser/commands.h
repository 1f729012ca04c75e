/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of commands and the one table of settings. Each is expanded
 * where it is needed: enum, parser, machine, HELP, manual.
 *
 * COMMAND(verb, word, form, usage, help)
 *	word: its first word; "" for the commands that begin with an axis name
 *	form: which parse function in command.c reads what follows the word
 *	usage: words in capitals; in lower case what the user puts there
 *
 * SETTING(id, kind, guarded, lowest, highest, help)
 *	guarded: changing it needs privilege
 *	lowest, highest: the values that it takes, in millionths of its unit or ns
 */
#ifndef PARSER_COMMANDS_H
#define PARSER_COMMANDS_H

/* clang-format off */
#define COMMANDS \
	COMMAND(MOVE, "", move, "axis [BY] position ... [AT speed] [IN time]", \
		"go straight there; all axes start and end together") \
	COMMAND(NOW, "NOW", move, "NOW axis [BY] position ... [AT speed]", \
		"drop the queue, go there from the present motion") \
	COMMAND(RUN, "RUN", run, "RUN axis speed ... [FOR time]", \
		"keep these speeds, at once; FOR: stop unless told again in time") \
	COMMAND(PVT, "PVT", pvt, "PVT axis position speed ... IN time", \
		"be there, that fast, after this time: one cubic per axis") \
	COMMAND(WAIT, "WAIT", wait, "WAIT time | WAIT UNTIL seconds", \
		"rest for a time, or until so many seconds since 1970") \
	COMMAND(TRIGGER, "TRIGGER", trigger, "TRIGGER output time", \
		"switch an auxiliary output on for a time, in order with the moves") \
	COMMAND(HOME, "HOME", axes, "HOME [axis ...]", \
		"find the home switch and call its place HOMEPOS") \
	COMMAND(SAVE, "SAVE", preset, "SAVE name", \
		"keep the position of all axes as a preset") \
	COMMAND(GO, "GO", go, "GO name [AT speed] [IN time]", \
		"move all axes to a preset") \
	COMMAND(FORGET, "FORGET", preset, "FORGET name", \
		"drop a preset") \
	COMMAND(SYNC, "SYNC", none, "SYNC", \
		"wait until all that was queued before is done") \
	COMMAND(STOP, "STOP", axes, "STOP [axis ...]", \
		"slow down within the limits, drop the queue, cancel open streams") \
	COMMAND(HALT, "HALT", none, "HALT", \
		"no more pulses, now") \
	COMMAND(RESET, "RESET", none, "RESET", \
		"leave an alarm; acknowledge a STOP or HALT") \
	COMMAND(PAUSE, "PAUSE", none, "PAUSE | !", \
		"slow down on the path, and hold") \
	COMMAND(RESUME, "RESUME", none, "RESUME | ~", \
		"go on after PAUSE, exactly where it was") \
	COMMAND(ENABLE, "ENABLE", axes, "ENABLE [axis ...]", \
		"switch motor drivers on") \
	COMMAND(RELEASE, "RELEASE", axes, "RELEASE [axis ...]", \
		"switch motor drivers off") \
	COMMAND(IS, "", is, "axis IS position", \
		"call the present position of the axis so, without moving") \
	COMMAND(STATUS, "?", none, "?", \
		"state, positions and queue in one line") \
	COMMAND(POSITION, "", position, "axis?", \
		"where the axis is, and the steps it has made") \
	COMMAND(GET, "GET", get, "GET [axis [setting]]", \
		"print settings as lines that can be written back") \
	COMMAND(SET, "SET", set, "SET axis setting value", \
		"change a setting; answers with the line that would undo it") \
	COMMAND(ERROR, "ERROR", error, "ERROR?", \
		"take the oldest error that no reader was told") \
	COMMAND(HELP, "HELP", help, "HELP [word]", \
		"usage of commands, settings and errors, or what an axis can do") \
	COMMAND(VERSION, "VERSION", none, "VERSION", \
		"version of the driver and of the language") \
	COMMAND(WATCH, "WATCH", watch, "WATCH ON | OFF", \
		"send this file events, too")

#define SETTINGS \
	SETTING(SPEED, KIND_SPEED, false, 1, 999999999999999, \
		"speed of moves that do not say AT") \
	SETTING(ACCEL, KIND_ACCELERATION, false, 1, 999999999999999, \
		"acceleration of moves") \
	SETTING(JERK, KIND_JERK, false, 0, 999999999999999, \
		"jerk of moves; 0: speed is a trapezoid") \
	SETTING(MAXSPEED, KIND_SPEED, true, 1, 999999999999999, \
		"the highest speed that may be asked for") \
	SETTING(MAXACCEL, KIND_ACCELERATION, true, 1, 999999999999999, \
		"the highest acceleration that may be set") \
	SETTING(MAXJERK, KIND_JERK, true, 1, 999999999999999, \
		"the highest jerk that may be set") \
	SETTING(MIN, KIND_POSITION, true, -999999999999999, 999999999999999, \
		"soft limit: no target may lie below it") \
	SETTING(MAX, KIND_POSITION, true, -999999999999999, 999999999999999, \
		"soft limit: no target may lie above it") \
	SETTING(SCALE, KIND_RATIO, true, 1, 999999999999999, \
		"steps per axis unit, an exact ratio") \
	SETTING(UNIT, KIND_UNIT, true, 0, 0, \
		"the axis's own unit") \
	SETTING(INVERT, KIND_FLAG, true, 0, 1000000, \
		"1: DIR is low for up, phases follow in reverse") \
	SETTING(BACKLASH, KIND_POSITION, true, 0, 1000000000000, \
		"play of the gear, taken up where the axis turns round") \
	SETTING(STEPLEN, KIND_DURATION, true, 100, 1000000, \
		"how long STEP stays high") \
	SETTING(STEPSPACE, KIND_DURATION, true, 100, 1000000, \
		"how long STEP stays low at least") \
	SETTING(DIRSETUP, KIND_DURATION, true, 0, 1000000, \
		"from a change of DIR to the next STEP") \
	SETTING(DIRHOLD, KIND_DURATION, true, 0, 1000000, \
		"from the end of STEP to a change of DIR") \
	SETTING(ENABLEDELAY, KIND_DURATION, true, 0, 10000000000, \
		"from ENABLE to the first STEP") \
	SETTING(IDLE, KIND_DURATION, true, 0, 3600000000000000, \
		"rest before the driver is switched off; 0: never") \
	SETTING(HOMESPEED, KIND_SPEED, true, 1, 999999999999999, \
		"speed of the search for the home switch") \
	SETTING(HOMEDIR, KIND_DIRECTION, true, -1000000, 1000000, \
		"where the home switch is: -1 down, 1 up") \
	SETTING(HOMEPOS, KIND_POSITION, true, -999999999999999, 999999999999999, \
		"the position that the home switch marks") \
	SETTING(BACKOFF, KIND_POSITION, true, 0, 999999999999999, \
		"how far to back off the switch before touching it again") \
	SETTING(CORNER, KIND_SPEED, true, 0, 999999999999999, \
		"by how much the speed may jump where moves meet")
/* clang-format on */

#endif
