// SPDX-License-Identifier: GPL-2.0
/*
 * The face of the device: /dev/stepper as a file. Moves bytes between user
 * memory and the sessions, and waits; the rules of what is returned when are in
 * hw/session.c.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uio.h>

#include "../hw/session.h"
#include "stepper.h"

/* Bytes taken from user memory at a time: a few lines, so that others get a turn. */
#define CHUNK 512

/* Bytes of answers given at a time. */
#define ANSWER_CHUNK 256

/* One open file; dup(2) and fork(2) share it. */
struct stepper_file {
	struct stepper *stepper;
	struct session session; /* under stepper->lock */
	/* One write at a time, lest the lines of two threads mix: chunk. */
	struct mutex write_lock;
	char chunk[CHUNK];
	/*
	 * One read at a time: answers, and how many of them have left. They are
	 * no longer in the session, and wait here while the reader's memory
	 * cannot be written to.
	 */
	struct mutex read_lock;
	char answers[ANSWER_CHUNK];
	unsigned int answers_length;
	unsigned int answers_read;
};

static DEFINE_IDA(stepper_numbers);

static void stepper_free(struct kref *kref)
{
	kvfree(container_of(kref, struct stepper, kref));
}

void stepper_put(struct stepper *stepper)
{
	kref_put(&stepper->kref, stepper_free);
}

/*
 * Let the lock go until the machine has changed. 0, or -ERESTARTSYS if a signal
 * that @state allows came first.
 */
static int stepper_wait(struct stepper *stepper, unsigned int state)
{
	unsigned int seen = stepper->changes;
	int err;

	mutex_unlock(&stepper->lock);
	err = wait_event_state(stepper->wait,
			       READ_ONCE(stepper->changes) != seen, state);
	mutex_lock(&stepper->lock);
	return err;
}

/* The time for a session that may run a line, and what WAIT UNTIL needs beside. */
static u64 stepper_now_ns(struct stepper *stepper)
{
	stepper->machine.realtime_offset_ns = ktime_to_ns(ktime_mono_to_real(0));
	return ktime_get_ns();
}

/* Wait until a line that had to wait may be tried again. 0, -EINTR, -ENODEV. */
static int stepper_wait_ready(struct stepper *stepper, struct session *session,
			      unsigned int state)
{
	while (!session_ready(session, ktime_get_ns())) {
		if (stepper_wait(stepper, state))
			return -EINTR;
		if (stepper->gone)
			return -ENODEV;
	}
	return signal_pending_state(state, current) ? -EINTR : 0;
}

static bool has_to_wait(int status)
{
	return status == -EAGAIN || status == -EINPROGRESS;
}

/*
 * Feed bytes to a session, waiting where it has to; with the time of each call,
 * as a plan made for a time long past begins late. The lock is held on entry
 * and on return. A line that only found the queue still full changed nothing,
 * and must not wake the next that waits: they would wake each other for ever.
 */
static int stepper_feed(struct stepper *stepper, struct session *session,
			const char *bytes, size_t count, bool nonblocking)
{
	size_t taken;
	int status;

	if (stepper->gone)
		return -ENODEV;
	for (;;) {
		status = session_feed(session, bytes, count,
				      stepper_now_ns(stepper), &taken);
		stepper_serve(stepper, taken || status != -EAGAIN);
		bytes += taken;
		count -= taken;
		if (!status && count)
			continue;
		if (!has_to_wait(status))
			return status;
		/* Only late, and not to wait: that is tried again at once. */
		if (nonblocking && !session_ready(session, ktime_get_ns()))
			return status;
		/* Let others in, however often it is only late. */
		mutex_unlock(&stepper->lock);
		cond_resched();
		mutex_lock(&stepper->lock);
		if (stepper->gone)
			return -ENODEV;
		status = stepper_wait_ready(stepper, session,
					    TASK_INTERRUPTIBLE);
		if (status)
			return status;
	}
}

static ssize_t stepper_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct stepper_file *file = iocb->ki_filp->private_data;
	bool nonblocking = (iocb->ki_filp->f_flags & O_NONBLOCK) ||
			   (iocb->ki_flags & IOCB_NOWAIT);
	struct stepper *stepper = file->stepper;
	int status = 0;
	size_t count;
	s64 result;

	if (nonblocking) {
		if (!mutex_trylock(&file->write_lock))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&file->write_lock)) {
		return -ERESTARTSYS;
	}
	mutex_lock(&stepper->lock);
	session_begin_write(&file->session, nonblocking);
	while (!status && iov_iter_count(from)) {
		mutex_unlock(&stepper->lock);
		count = copy_from_iter(file->chunk, CHUNK, from);
		mutex_lock(&stepper->lock);
		if (!count)
			status = -EFAULT;
		else if (fatal_signal_pending(current))
			status = -EINTR;
		else
			status = stepper_feed(stepper, &file->session,
					      file->chunk, count, nonblocking);
	}
	result = session_end_write(&file->session, status);
	mutex_unlock(&stepper->lock);
	mutex_unlock(&file->write_lock);
	/* Nothing was taken, so that a handler with SA_RESTART may repeat it. */
	return result == -EINTR ? -ERESTARTSYS : result;
}

/*
 * Take answers for a reader of @count bytes, waiting for the first if @wait.
 * How many; 0: end of file. With read_lock held.
 */
static s64 stepper_take_answers(struct stepper_file *file, size_t count,
				bool wait)
{
	struct stepper *stepper = file->stepper;
	s64 got;

	mutex_lock(&stepper->lock);
	for (;;) {
		got = -ENODEV;
		if (stepper->gone)
			break;
		got = session_read(&file->session, file->answers,
				   min_t(size_t, ANSWER_CHUNK, count),
				   ktime_get_ns());
		if (got != -EAGAIN || !wait)
			break;
		got = stepper_wait(stepper, TASK_INTERRUPTIBLE);
		if (got)
			break;
	}
	file->answers_read = 0;
	WRITE_ONCE(file->answers_length, max_t(s64, got, 0));
	mutex_unlock(&stepper->lock);
	return got;
}

static ssize_t stepper_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct stepper_file *file = iocb->ki_filp->private_data;
	bool nonblocking = (iocb->ki_filp->f_flags & O_NONBLOCK) ||
			   (iocb->ki_flags & IOCB_NOWAIT);
	size_t count, copied;
	ssize_t done = 0;
	s64 got = 0;

	if (nonblocking) {
		if (!mutex_trylock(&file->read_lock))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&file->read_lock)) {
		return -ERESTARTSYS;
	}
	while (iov_iter_count(to)) {
		count = file->answers_length - file->answers_read;
		if (!count) {
			got = stepper_take_answers(file, iov_iter_count(to),
						   !done && !nonblocking);
			if (got <= 0)
				break;
			continue;
		}
		count = min(count, iov_iter_count(to));
		copied = copy_to_iter(file->answers + file->answers_read, count,
				      to);
		WRITE_ONCE(file->answers_read, file->answers_read + copied);
		done += copied;
		got = -EFAULT;
		if (copied < count)
			break;
	}
	mutex_unlock(&file->read_lock);
	return done ?: got;
}

static __poll_t stepper_poll(struct file *filp, poll_table *wait)
{
	struct stepper_file *file = filp->private_data;
	struct stepper *stepper = file->stepper;
	__poll_t mask = 0;

	poll_wait(filp, &stepper->wait, wait);
	mutex_lock(&stepper->lock);
	if (stepper->gone) {
		mask = EPOLLERR | EPOLLHUP;
	} else {
		if (session_can_read(&file->session) ||
		    READ_ONCE(file->answers_read) !=
			    READ_ONCE(file->answers_length))
			mask |= EPOLLIN | EPOLLRDNORM;
		if (session_can_write(&file->session, ktime_get_ns()))
			mask |= EPOLLOUT | EPOLLWRNORM;
		if (machine_alarm(&stepper->machine))
			mask |= EPOLLPRI;
	}
	mutex_unlock(&stepper->lock);
	return mask;
}

static int stepper_fasync(int fd, struct file *filp, int on)
{
	struct stepper_file *file = filp->private_data;

	return fasync_helper(fd, filp, on, &file->stepper->async);
}

/* As SYNC: all that was queued before it, by whomever. */
static int stepper_fsync(struct file *filp, loff_t start, loff_t end,
			 int datasync)
{
	struct stepper_file *file = filp->private_data;
	struct stepper *stepper = file->stepper;
	struct machine_wait wait;
	int err;

	mutex_lock(&stepper->lock);
	machine_wait_begin(&stepper->machine, &file->session.client, &wait);
	for (;;) {
		err = -ENODEV;
		if (stepper->gone)
			break;
		stepper_serve(stepper, false);
		err = machine_wait_result(&stepper->machine, &wait);
		if (err != -EINPROGRESS)
			break;
		err = stepper_wait(stepper, TASK_INTERRUPTIBLE);
		if (err)
			break;
	}
	mutex_unlock(&stepper->lock);
	return err;
}

static int stepper_open(struct inode *inode, struct file *filp)
{
	struct stepper *stepper =
		container_of(filp->private_data, struct stepper, misc);
	struct stepper_file *file;

	/*
	 * Accounted, so that whoever opens a thousand times pays for it; and who may
	 * have no more gets an error, where he would be killed otherwise.
	 */
	file = kvzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!file)
		return -ENOMEM;
	kref_get(&stepper->kref);
	file->stepper = stepper;
	mutex_init(&file->write_lock);
	mutex_init(&file->read_lock);
	/*
	 * Privilege is of the opener, decided now: a set-uid program that is
	 * tricked into writing here must not lend its own.
	 */
	mutex_lock(&stepper->lock);
	session_open(&file->session, &stepper->machine,
		     filp->f_mode & FMODE_READ, filp->f_mode & FMODE_WRITE,
		     file_ns_capable(filp, &init_user_ns, CAP_SYS_ADMIN));
	mutex_unlock(&stepper->lock);
	filp->private_data = file;
	return stream_open(inode, filp);
}

/* A process that is killed may have written half of a line: "PAN 1" of "PAN 10". */
static bool writer_was_killed(void)
{
	return (current->flags & PF_EXITING) && (current->exit_code & 0x7f);
}

/*
 * The last close runs a last line that has no LF, waiting for room like a write
 * would. Only a deadly signal ends that, as close(2) cannot be repeated. A file
 * that nobody closes, as it was on its way through a socket, must not wait: that
 * would hold up a kernel thread.
 */
static int stepper_release(struct inode *inode, struct file *filp)
{
	struct stepper_file *file = filp->private_data;
	struct stepper *stepper = file->stepper;
	bool wait = !(filp->f_flags & O_NONBLOCK) &&
		    !(current->flags & PF_KTHREAD);
	int status;

	mutex_lock(&stepper->lock);
	while (!stepper->gone && !writer_was_killed()) {
		status = session_finish(&file->session, stepper_now_ns(stepper));
		stepper_serve(stepper, status != -EAGAIN);
		if (!wait || !has_to_wait(status) ||
		    stepper_wait_ready(stepper, &file->session, TASK_KILLABLE))
			break;
	}
	session_close(&file->session);
	if (!stepper->gone)
		stepper_serve(stepper, true);
	mutex_unlock(&stepper->lock);
	stepper_put(stepper);
	kvfree(file);
	return 0;
}

/* What stepper(4) says that they take, if kmalloc() has to round up. */
static_assert(sizeof(struct stepper) <= SZ_512K);
static_assert(sizeof(struct queue_entry) <= SZ_1K);
static_assert(sizeof(struct stepper_file) <= SZ_32K);

static const struct file_operations stepper_fops = {
	.owner = THIS_MODULE,
	.open = stepper_open,
	.release = stepper_release,
	.read_iter = stepper_read_iter,
	.write_iter = stepper_write_iter,
	.splice_write = iter_file_splice_write,
	.poll = stepper_poll,
	.fasync = stepper_fasync,
	.fsync = stepper_fsync,
};

/*
 * A misc device, for it gives what a class of our own would have to build: a
 * number, a mode, and open() under a lock that misc_deregister() takes as well,
 * so that an open finds either a whole device or none.
 */
int stepper_register(struct stepper *stepper, struct device *parent)
{
	int err;

	stepper->number = ida_alloc(&stepper_numbers, GFP_KERNEL);
	if (stepper->number < 0)
		return stepper->number;
	if (stepper->number)
		snprintf(stepper->name, sizeof(stepper->name), "stepper%d",
			 stepper->number);
	else
		strscpy(stepper->name, "stepper", sizeof(stepper->name));
	stepper->misc.minor = MISC_DYNAMIC_MINOR;
	stepper->misc.name = stepper->name;
	stepper->misc.fops = &stepper_fops;
	stepper->misc.parent = parent;
	stepper->misc.groups = stepper_groups;
	stepper->misc.mode = 0660;
	err = misc_register(&stepper->misc);
	if (err)
		ida_free(&stepper_numbers, stepper->number);
	return err;
}

void stepper_shut_down(struct stepper *stepper)
{
	mutex_lock(&stepper->lock);
	stepper_engine_halt(stepper);
	stepper->gone = true;
	stepper->changes++;
	wake_up(&stepper->wait);
	kill_fasync(&stepper->async, SIGIO, POLL_HUP);
	mutex_unlock(&stepper->lock);
}

void stepper_unregister(struct stepper *stepper)
{
	misc_deregister(&stepper->misc);
	stepper_shut_down(stepper);
	ida_free(&stepper_numbers, stepper->number);
}
