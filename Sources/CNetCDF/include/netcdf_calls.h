/* The calls of libnetcdf's C API (netcdf.h of netCDF 4) that trajectories need.
 *
 * The library is opened when the first of them is made, so that nobody needs it who reads and writes no NetCDF
 * file. Without it every call returns NC_MISSING, and nc_strerror says what to install. */
#ifndef MACE_NETCDF_CALLS_H
#define MACE_NETCDF_CALLS_H

#include <stddef.h>

typedef int nc_type;

#define NC_NOERR 0
#define NC_MISSING (-9999)
#define NC_CHAR 2
#define NC_INT 4
#define NC_FLOAT 5
#define NC_DOUBLE 6
#define NC_GLOBAL (-1)
#define NC_NOWRITE 0x0000
#define NC_WRITE 0x0001
#define NC_CLOBBER 0x0000
#define NC_NOFILL 0x100
#define NC_64BIT_OFFSET 0x0200
#define NC_UNLIMITED 0L

#pragma GCC visibility push(hidden)
int nc_create(const char *path, int mode, int *file);
int nc_open(const char *path, int mode, int *file);
int nc_close(int file);
int nc_sync(int file);
int nc_enddef(int file);
int nc_set_fill(int file, int mode, int *old);
int nc_def_dim(int file, const char *name, size_t length, int *dimension);
int nc_def_var(int file, const char *name, nc_type type, int rank, const int *dimensions, int *variable);
int nc_inq_varid(int file, const char *name, int *variable);
int nc_inq_varndims(int file, int variable, int *rank);
int nc_inq_vardimid(int file, int variable, int *dimensions);
int nc_inq_dimlen(int file, int dimension, size_t *length);
int nc_inq_attlen(int file, int variable, const char *name, size_t *length);
int nc_get_att_text(int file, int variable, const char *name, char *text);
int nc_get_att_double(int file, int variable, const char *name, double *values);
int nc_put_att_text(int file, int variable, const char *name, size_t length, const char *text);
int nc_get_var_double(int file, int variable, double *values);
int nc_put_var_int(int file, int variable, const int *values);
int nc_put_var_text(int file, int variable, const char *text);
int nc_get_vara_double(int file, int variable, const size_t *start, const size_t *count, double *values);
int nc_put_vara_double(int file, int variable, const size_t *start, const size_t *count, const double *values);
const char *nc_strerror(int status);
#pragma GCC visibility pop

#endif
