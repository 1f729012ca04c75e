# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# For guests to read with ".": an sshd on the loopback, with keys made for the day, and
# the device behind it, whose group has the account "camera". For ssh it is the host
# localhost, and with the key that README.md restricts, the host restricted.

tar -xf /ssh.tar -C /
mkdir -p /etc/ssh /run/sshd /home/camera/.ssh /root/.ssh /dev/pts
mount -t devpts none /dev/pts
ip link set lo up
echo 127.0.0.1 localhost >/etc/hosts
cat >/etc/passwd <<END
root:*:0:0::/root:/bin/sh
sshd:*:100:65534::/run/sshd:/bin/false
camera:*:1000:1000::/home/camera:/bin/sh
END
cat >/etc/group <<END
root:*:0:
stepper:*:101:camera
camera:*:1000:
END
for key in host open restricted; do
	/usr/bin/ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/$key
done
{
	cat /etc/ssh/open.pub
	# As in README.md: the whole lines of a connection, and nothing else
	# shellcheck disable=SC2016 # for the shell of the account
	printf 'restrict,command="%s" ' \
		'while read -r line; do echo \"$line\" || exit; done > /dev/stepper'
	cat /etc/ssh/restricted.pub
} >/home/camera/.ssh/authorized_keys
chown -R camera /home/camera
echo "localhost $(cat /etc/ssh/host.pub)" >/root/.ssh/known_hosts
cat >/etc/ssh/sshd_config <<END
ListenAddress 127.0.0.1
Port 2222
HostKey /etc/ssh/host
PasswordAuthentication no
# the one that costs an emulated processor least
KexAlgorithms curve25519-sha256
END
cat >/root/.ssh/config <<END
Host localhost
	Port 2222
	User camera
	IdentityFile /etc/ssh/open
	BatchMode yes
Host restricted
	Hostname localhost
	Port 2222
	User camera
	HostKeyAlias localhost
	IdentityFile /etc/ssh/restricted
	BatchMode yes
END
# shellcheck disable=SC2034 # for who reads this
ssh=/usr/bin/ssh
load
chgrp stepper /dev/stepper
/usr/sbin/sshd -E /tmp/sshd.log

is() # FOUND EXPECTED
{
	[ "$1" = "$2" ] || {
		echo "\"$1\", not \"$2\""
		return 1
	}
}
