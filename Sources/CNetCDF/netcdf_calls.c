#include "netcdf_calls.h"
#include <dlfcn.h>
#include <pthread.h>

static void *library;

static void open_library(void) {
  /* the calls used here are the same in all of these */
  static const char *const names[] = {"libnetcdf.so.19", "libnetcdf.so.22", "libnetcdf.so.18", "libnetcdf.so.15",
                                      "libnetcdf.so"};
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
}

static void *symbol(const char *name) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_library);
  return library ? dlsym(library, name) : NULL;
}

#define FORWARD(name, parameters, arguments)             \
  int name parameters {                                  \
    int(*call) parameters;                               \
    *(void **)&call = symbol(#name);                     \
    return call ? call arguments : NC_MISSING;           \
  }

FORWARD(nc_create, (const char *path, int mode, int *file), (path, mode, file))
FORWARD(nc_open, (const char *path, int mode, int *file), (path, mode, file))
FORWARD(nc_close, (int file), (file))
FORWARD(nc_sync, (int file), (file))
FORWARD(nc_enddef, (int file), (file))
FORWARD(nc_set_fill, (int file, int mode, int *old), (file, mode, old))
FORWARD(nc_def_dim, (int file, const char *name, size_t length, int *dimension), (file, name, length, dimension))
FORWARD(nc_def_var, (int file, const char *name, nc_type type, int rank, const int *dimensions, int *variable),
        (file, name, type, rank, dimensions, variable))
FORWARD(nc_inq_varid, (int file, const char *name, int *variable), (file, name, variable))
FORWARD(nc_inq_varndims, (int file, int variable, int *rank), (file, variable, rank))
FORWARD(nc_inq_vardimid, (int file, int variable, int *dimensions), (file, variable, dimensions))
FORWARD(nc_inq_dimlen, (int file, int dimension, size_t *length), (file, dimension, length))
FORWARD(nc_inq_attlen, (int file, int variable, const char *name, size_t *length), (file, variable, name, length))
FORWARD(nc_get_att_text, (int file, int variable, const char *name, char *text), (file, variable, name, text))
FORWARD(nc_get_att_double, (int file, int variable, const char *name, double *values),
        (file, variable, name, values))
FORWARD(nc_put_att_text, (int file, int variable, const char *name, size_t length, const char *text),
        (file, variable, name, length, text))
FORWARD(nc_get_var_double, (int file, int variable, double *values), (file, variable, values))
FORWARD(nc_put_var_int, (int file, int variable, const int *values), (file, variable, values))
FORWARD(nc_put_var_text, (int file, int variable, const char *text), (file, variable, text))
FORWARD(nc_get_vara_double, (int file, int variable, const size_t *start, const size_t *count, double *values),
        (file, variable, start, count, values))
FORWARD(nc_put_vara_double,
        (int file, int variable, const size_t *start, const size_t *count, const double *values),
        (file, variable, start, count, values))

const char *nc_strerror(int status) {
  const char *(*call)(int);
  *(void **)&call = symbol("nc_strerror");
  if (call && status != NC_MISSING) return call(status);
  return "the NetCDF library is not installed (Debian: apt-get install libnetcdf19); use an .xyz file instead";
}
