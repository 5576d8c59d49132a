// A library that a function has the dynamic linker load, wherever that can be brought to do it.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void say_who_loads_it(void) {
    const char *path = getenv("PRELOADED_TO");
    FILE *file = fopen(path ? path : "/tmp/preloaded", "a");
    if (file) {
        fprintf(file, "uid=%u\n", getuid());
        fclose(file);
    }
}
