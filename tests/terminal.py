#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Type at a program on a terminal of 100 columns and 30 lines, and print what it shows.

usage: tests/terminal.py SECONDS STEP... -- PROGRAM ARGUMENT...

A STEP is text to type (\\t, \\n, \\x03 are what they are in Python); or =PATTERN: wait
until the pattern, a regular expression, has been shown since the last one; or %PATTERN:
wait until just one line of the screen is that. What was shown is printed without escape
sequences, and the screen if it was waited for in vain. Exit status: that of the program, or
99 if a pattern was not shown or the program did not end in SECONDS.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

import pyte

ESCAPES = re.compile(rb"\x1b(\[[0-9;?]*[a-zA-Z]|[()][0-9A-B]|[=>78M])|\r|\x07|\x0f")


def main():
    end = time.monotonic() + float(sys.argv[1])
    split = sys.argv.index("--")
    steps, program = sys.argv[2:split], sys.argv[split + 1:]
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(program[0], program)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    screen = pyte.Screen(100, 30)
    emulator = pyte.ByteStream(screen)
    shown, seen = b"", 0
    while time.monotonic() < end:
        text = ESCAPES.sub(b"", shown)
        while steps:
            if steps[0].startswith("="):
                match = re.search(steps[0][1:].encode(), text[seen:])
                if not match:
                    break
                seen += match.end()
            elif steps[0].startswith("%"):
                lines = [line for line in screen.display
                         if re.fullmatch(steps[0][1:], line.rstrip())]
                if len(lines) != 1:
                    break
            else:
                os.write(terminal, steps[0].encode().decode("unicode_escape").encode())
            steps.pop(0)
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                more = os.read(terminal, 4096)
            except OSError:  # it has ended
                more = b""
            if not more:
                break
            shown += more
            emulator.feed(more)
    else:
        os.kill(pid, signal.SIGKILL)
        steps.append("its end")
    print(ESCAPES.sub(b"", shown).decode(errors="replace"))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if steps:
        print("\n".join(line.rstrip() for line in screen.display))
        print(f"terminal: waited for {steps[0]}")
    sys.exit(99 if steps else status)


main()
