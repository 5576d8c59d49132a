#!/usr/bin/env bash
# glibc 2.36 (Debian 12): posix_spawn_file_actions_adddup2.
#
# Guess: what is noted for the new process is looked at in the new process; a descriptor that it cannot have makes posix_spawn fail, with EMFILE as dup2 beyond the limit
# would be told by fcntl, or as the caller's own dup2 is told.
# Behaviour: the note itself is refused, before there is a process, with EBADF ("Bad file descriptor"), when the *new* number is not below the caller's own soft
# RLIMIT_NOFILE at that moment, however good the old one is. The same for addopen and addclose, where POSIX lets both answer so.
#   limit 64, from 0 to 63: 0
#   limit 64, from 0 to 64: EBADF
#   limit 64, from 0 to 5: 0
#   limit 64, close 64: EBADF
# Why it matters: whoever moves descriptors out of the way, to numbers above all that are open, as one does before putting them in their places, fails near the limit with an
# error that speaks of a closed descriptor, and looks for the wrong fault. It is the sign of a process that runs out of descriptors: bound what takes them, or raise the limit.
#
# Nothing listens; less than a second.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

static int failed;
static void expect(const char *name, int said, int expected) {
  printf("%s: %s\n", name, said == 0 ? "0" : strerrorname_np(said));
  if (said != expected) failed = 1;
}
static int noted(int target) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  int said = posix_spawn_file_actions_adddup2(&actions, 0, target);
  posix_spawn_file_actions_destroy(&actions);
  return said;
}
int main(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = 64;
  setrlimit(RLIMIT_NOFILE, &limit);
  expect("limit 64, from 0 to 63", noted(63), 0);
  expect("limit 64, from 0 to 64", noted(64), EBADF);
  expect("limit 64, from 0 to 5", noted(5), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  expect("limit 64, close 64", posix_spawn_file_actions_addclose(&actions, 64), EBADF);
  return failed;
}
C
gcc -o main main.c
timeout 20 ./main
