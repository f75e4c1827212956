#ifndef MACE_CNETCDF_SHIM_H
#define MACE_CNETCDF_SHIM_H

#include <netcdf.h>

#endif
