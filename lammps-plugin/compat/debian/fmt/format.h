/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Stand-in for the {fmt} header that LAMMPS's own headers include and Debian's liblammps-dev lacks. The style
 * gives LAMMPS finished strings, so that declarations are enough; nothing here is ever defined or called.
 */
#ifndef MACE_LAMMPS_FMT_FORMAT_H
#define MACE_LAMMPS_FMT_FORMAT_H

#include <string>

namespace fmt {

class string_view;
class format_args;

template <typename... Args, typename S> format_args make_args_checked(const S &, const Args &...);

}    // namespace fmt

#endif
