#!/usr/bin/env bash
# Linux 6.18.44 (io_uring by its own system calls; gcc 12 only compiles them).
#
# Guess: what was submitted to an io_uring belongs to the ring. Any thread of the process may submit and any other take the results; that the one which submitted has ended meanwhile changes nothing, as with epoll.
# Behaviour: requests that wait for a descriptor remember their thread, for they are done by it when the time has come. If it has ended, nothing happens at first; when the data comes, the request ends with ECANCELED, though
# nobody cancelled it, and the data stays where it was. Timers are not concerned, nor is a ring whose kernel thread submits (SQPOLL).
#   receive, its thread goes on: nothing, then 5
#   receive, its thread has ended: nothing, then ECANCELED, the 5 bytes still there
#   poll, its thread has ended: nothing, then ECANCELED, the 5 bytes still there
#   timeout of a second, its thread has ended: nothing, then ETIME
#   receive, its thread has ended, ring with SQPOLL: nothing, then 5
# Why it matters: a server that arms its first accepts and reads in a thread for starting up, or submits from a pool whose threads end when they are idle, loses them, minutes later and only in quiet hours; taken for an end
# of the connection it drops a client that has done nothing wrong. Submit from threads that live as long as the ring, or take ECANCELED that was not asked for as "submit again".
#
# Needs a C compiler and io_uring; where it is forbidden the script says so and exits with 0. Socket pairs only; a few seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int failed;
static struct io_uring_params params;
static int ring;
static char *rings;
static struct io_uring_sqe *entries;
static char buffer[16];
static struct __kernel_timespec second = {.tv_sec = 1};

static void *checked(void *address) {
  if (address == MAP_FAILED) exit(2);
  return address;
}

static int open_ring(unsigned flags) {
  memset(&params, 0, sizeof params);
  params.flags = flags;
  params.sq_thread_idle = 100;
  ring = syscall(SYS_io_uring_setup, 8, &params);
  if (ring < 0) return errno;
  size_t submission = params.sq_off.array + params.sq_entries * sizeof(unsigned);
  size_t completion = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
  size_t size = submission > completion ? submission : completion;
  rings = checked(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING));
  size = params.sq_entries * sizeof *entries;
  entries = checked(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES));
  return 0;
}

static unsigned *word(unsigned offset) { return (unsigned *)(rings + offset); }

static void *submit(void *argument) {
  unsigned tail = *word(params.sq_off.tail), index = tail & *word(params.sq_off.ring_mask);
  entries[index] = *(struct io_uring_sqe *)argument;
  word(params.sq_off.array)[index] = index;
  __atomic_store_n(word(params.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
  unsigned flags = params.flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0;
  if (syscall(SYS_io_uring_enter, ring, 1, 0, flags, NULL, 0) < 0) exit(3);
  return NULL;
}

static const char *result(int patience) {
  static char text[32];
  struct io_uring_cqe *completions = (struct io_uring_cqe *)(rings + params.cq_off.cqes);
  unsigned head = *word(params.cq_off.head);
  for (int i = 0; head == __atomic_load_n(word(params.cq_off.tail), __ATOMIC_ACQUIRE); i++) {
    if (i == patience) return "nothing";
    usleep(10000);
  }
  int said = completions[head & *word(params.cq_off.ring_mask)].res;
  __atomic_store_n(word(params.cq_off.head), head + 1, __ATOMIC_RELEASE);
  if (said < 0) return strerrorname_np(-said);
  snprintf(text, sizeof text, "%d", said);
  return text;
}

static void run(const char *name, int operation, unsigned flags, int ends, const char *expected) {
  if (open_ring(flags) != 0) {
    printf("skipped: no io_uring to be had\n");
    exit(0);
  }
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) exit(4);
  struct io_uring_sqe entry = {.opcode = operation, .fd = pair[0]};
  if (operation == IORING_OP_TIMEOUT) {
    entry.fd = -1;
    entry.addr = (uintptr_t)&second;
    entry.len = 1;
  } else if (operation == IORING_OP_POLL_ADD) {
    entry.poll32_events = POLLIN;
  } else {
    entry.addr = (uintptr_t)buffer;
    entry.len = sizeof buffer;
  }
  if (ends) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, submit, &entry) != 0) exit(5);
    pthread_join(thread, NULL);
  } else {
    submit(&entry);
  }
  char said[96];
  snprintf(said, sizeof said, "%s, then ", result(30));
  if (write(pair[1], "hello", 5) != 5) exit(6);
  strcat(said, result(300));
  if (strstr(said, "ECANCELED") != NULL) {
    char rest[8];
    if (recv(pair[0], rest, sizeof rest, MSG_DONTWAIT) == 5) strcat(said, ", the 5 bytes still there");
  }
  printf("%s: %s\n", name, said);
  if (strcmp(said, expected) != 0) failed = 1;
  close(pair[0]);
  close(pair[1]);
  close(ring);
}

int main(void) {
  run("receive, its thread goes on", IORING_OP_RECV, 0, 0, "nothing, then 5");
  run("receive, its thread has ended", IORING_OP_RECV, 0, 1, "nothing, then ECANCELED, the 5 bytes still there");
  run("poll, its thread has ended", IORING_OP_POLL_ADD, 0, 1, "nothing, then ECANCELED, the 5 bytes still there");
  run("timeout of a second, its thread has ended", IORING_OP_TIMEOUT, 0, 1, "nothing, then ETIME");
  run("receive, its thread has ended, ring with SQPOLL", IORING_OP_RECV, IORING_SETUP_SQPOLL, 1, "nothing, then 5");
  return failed;
}
C
cc -O1 -Wall -pthread -o main main.c
timeout 60 ./main
