// LAPACK's singular value decomposition, linked statically: libmace.so and mace must not need a Fortran runtime.
#ifndef CLAPACKE_H
#define CLAPACKE_H
#include <lapacke.h>
#endif
