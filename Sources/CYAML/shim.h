#ifndef MACE_CYAML_SHIM_H
#define MACE_CYAML_SHIM_H

#include <yaml.h>

#endif
