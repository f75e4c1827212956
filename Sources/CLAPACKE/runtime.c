// What the LAPACK routines that are used ask of a Fortran runtime. Debian's libgfortran.a cannot go into a shared
// library, and these two functions are all of it.
#include <stddef.h>

#define HIDDEN __attribute__((visibility("hidden")))

// LAPACK's reference manual lets installers replace this routine, which reports an illegal argument. It must not
// print or stop the program; LAPACKE returns the error as a negative number.
HIDDEN void xerbla_(const char *name, const int *argument, size_t length) {
  (void)name;
  (void)argument;
  (void)length;
}

// Fortran's `//`: the concatenation of two texts, cut off or filled with blanks to the length of the result.
HIDDEN void _gfortran_concat_string(
    size_t length, char *result, size_t first_length, const char *first, size_t second_length,
    const char *second) {
  for (size_t i = 0; i < length; i++) {
    if (i < first_length) result[i] = first[i];
    else if (i - first_length < second_length) result[i] = second[i - first_length];
    else result[i] = ' ';
  }
}
