// Reads the specification: words, each ended by a NUL. A key is followed by as many words as it needs.
#define _GNU_SOURCE
#include "launcher.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char *next_word, *words_end;

static char *word(void) {
    if (next_word >= words_end)
        fail("the specification ends too early");
    char *word = next_word;
    next_word += strlen(word) + 1;
    return word;
}

static unsigned number(void) {
    const char *text = word();
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text == 0 || *end != 0 || value == 0 || value >= 0xfffffffful)
        fail("not a number: %s", text);
    return (unsigned)value;
}

static unsigned passed(void) {
    unsigned count = number();
    if (count > MAX_PASSED)
        fail("more than %d descriptors", MAX_PASSED);
    return count;
}

static char **list(void) {
    unsigned count = number() - 1; // one more than the count, because number() refuses 0
    if (count > MAX_WORDS)
        fail("a list of %u words is too long", count);
    char **items = calloc(count + 1, sizeof *items);
    if (!items)
        fail("out of memory");
    for (unsigned i = 0; i < count; i++)
        items[i] = word();
    return items;
}

static void add_mount(struct spec *spec) {
    if (spec->mount_count == MAX_MOUNTS)
        fail("more than %d mounts", MAX_MOUNTS);
    struct mount *mount = &spec->mounts[spec->mount_count++];
    mount->host = word();
    mount->inside = word();
    mount->tree = -1;
}

static void add_step(struct spec *spec, char kind) {
    if (spec->step_count == MAX_STEPS)
        fail("more than %d steps", MAX_STEPS);
    struct step *step = &spec->steps[spec->step_count++];
    step->kind = kind;
    step->path = word();
    step->value = kind == 'd' ? NULL : word();
}

static void add(struct spec *spec, const char *key) {
    if (!strcmp(key, "template")) {
        spec->template = 1;
        spec->scratch = word();
    } else if (!strcmp(key, "directory")) add_step(spec, 'd');
    else if (!strcmp(key, "file")) add_step(spec, 'f');
    else if (!strcmp(key, "script")) add_step(spec, 'x');
    else if (!strcmp(key, "link")) add_step(spec, 'l');
    else if (!strcmp(key, "bind")) add_step(spec, 'b');
    else if (!strcmp(key, "device")) add_step(spec, 'D');
    else if (!strcmp(key, "reuse")) spec->reuse = 1;
    else if (!strcmp(key, "network")) spec->network = 1;
    else if (!strcmp(key, "channel")) spec->channel = 1;
    else if (!strcmp(key, "monitor")) spec->monitor = 1;
    else if (!strcmp(key, "passed")) spec->passed = passed();
    else if (!strcmp(key, "cgroups")) spec->cgroups = list();
    else if (!strcmp(key, "cpu-limit")) {
        spec->cpu_limit = word();
        spec->cpu_no_limit = word();
    }
    else if (!strcmp(key, "mount")) add_mount(spec);
    else if (!strcmp(key, "hostname")) spec->hostname = word();
    else if (!strcmp(key, "tmp-size")) spec->tmp_size = word();
    else if (!strcmp(key, "tmp-mount")) spec->tmp_mount = 1;
    else if (!strcmp(key, "uid")) spec->uid = number();
    else if (!strcmp(key, "init-uid")) spec->init_uid = number();
    else if (!strcmp(key, "cwd")) spec->cwd = word();
    else if (!strcmp(key, "argv")) spec->argv = list();
    else if (!strcmp(key, "envp")) spec->envp = list();
    else fail("unknown key: %s", key);
}

// Whatever confines the program must be there: what was left out by mistake would be missed by nobody.
static void require_all(const struct spec *spec) {
    if (spec->template)
        return;
    if (!spec->argv || !spec->argv[0] || !spec->envp || !spec->cwd || !spec->hostname)
        fail("the specification is incomplete");
    if (!spec->network || !spec->cgroups || !spec->cgroups[0])
        fail("the specification has no network namespace or no cgroup");
    if (!spec->cpu_limit)
        fail("the specification does not say where its share of the CPU is written");
    if (spec->uid < LEAST_UID || spec->init_uid < LEAST_UID || spec->uid == spec->init_uid)
        fail("the specification has no users of its own");
    if (!spec->reuse && !spec->tmp_mount && !spec->tmp_size)
        fail("the specification has no /tmp");
}

void read_spec(struct spec *spec) {
    struct stat stat;
    check(fstat(SPEC_FD, &stat), "fstat", "specification");
    if (stat.st_size == 0)
        fail("the specification is empty");
    char *words = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, SPEC_FD, 0);
    check(words == MAP_FAILED ? -1 : 0, "mmap", "specification");
    if (words[stat.st_size - 1] != 0)
        fail("the specification does not end with a NUL");
    next_word = words;
    words_end = words + stat.st_size;
    while (next_word < words_end)
        add(spec, word());
    require_all(spec);
}
