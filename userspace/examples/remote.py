#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Remote control from Python: a file to write lines to and read answers from.

    remote.py                # the device of this computer
    remote.py user@pi        # that of another, by ssh
"""
import subprocess
import sys

# What is behind ssh: the same file, for a line at a time
RELAY = """exec 3<>/dev/stepper; cat <&3 &
while IFS= read -r line; do printf '%s\\n' "$line" >&3; done 2>/dev/null; kill $!"""


class Stepper:
    def __init__(self, host=None):
        if host:
            ssh = subprocess.Popen(["ssh", host, RELAY], bufsize=0,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.lines, self.answers = ssh.stdin, ssh.stdout
        else:
            self.lines = self.answers = open("/dev/stepper", "r+b", buffering=0)

    def ask(self, line):
        """Write a line; returns its answers, or raises what the device refuses it with."""
        try:
            self.lines.write(f"{line}\n".encode())
        except OSError:
            pass  # the answer says more
        answers = []
        while (answer := self.answers.readline().decode().strip()) != "OK":
            if not answer or answer.startswith("ERR"):
                raise RuntimeError(answer or "the device has gone")
            answers.append(answer)
        return answers

    def status(self):
        """STATE, the position of each axis, ... as a dictionary."""
        return dict(word.split("=", 1) for word in self.ask("?")[0].split())


if __name__ == "__main__":
    stepper = Stepper(*sys.argv[1:])
    for place in "PAN 10 TILT 5", "PAN -10 TILT 0", "PAN 9e3":
        try:
            stepper.ask(f"{place}; SYNC")  # SYNC: until it is there
            print("PAN={PAN} TILT={TILT}".format(**stepper.status()))
        except RuntimeError as refusal:
            print(f"{place}: {refusal}")
