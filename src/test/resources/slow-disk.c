/* A disk that takes 5 ms more to confirm: LD_PRELOAD=slow-disk.so java -jar ... */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

static int later(const char *name, int descriptor) {
  int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  usleep(5000);
  return sync(descriptor);
}

int fsync(int descriptor) { return later("fsync", descriptor); }

int fdatasync(int descriptor) { return later("fdatasync", descriptor); }
