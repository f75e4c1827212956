// The C API is declared in include/mace.h and implemented in Sources/libmace; this file makes the header a module.
#include "mace.h"
