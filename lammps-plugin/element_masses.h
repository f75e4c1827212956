/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Symbols of the elements and their conventional masses (IUPAC, abridged; the longest-lived isotope where an
 * element has none), to check the atom types of an input against.
 */
#ifndef LMP_ELEMENT_MASSES_H
#define LMP_ELEMENT_MASSES_H

#include <string>

namespace LAMMPS_NS {

struct ElementMass {
  const char *symbol;
  double mass;    // g/mol
};

static const ElementMass element_masses[] = {
    {"", 0}, {"H", 1.008}, {"He", 4.0026}, {"Li", 6.94}, {"Be", 9.0122}, {"B", 10.81}, {"C", 12.011},
    {"N", 14.007}, {"O", 15.999}, {"F", 18.998}, {"Ne", 20.180}, {"Na", 22.990}, {"Mg", 24.305},
    {"Al", 26.982}, {"Si", 28.085}, {"P", 30.974}, {"S", 32.06}, {"Cl", 35.45}, {"Ar", 39.948},
    {"K", 39.098}, {"Ca", 40.078}, {"Sc", 44.956}, {"Ti", 47.867}, {"V", 50.942}, {"Cr", 51.996},
    {"Mn", 54.938}, {"Fe", 55.845}, {"Co", 58.933}, {"Ni", 58.693}, {"Cu", 63.546}, {"Zn", 65.38},
    {"Ga", 69.723}, {"Ge", 72.630}, {"As", 74.922}, {"Se", 78.971}, {"Br", 79.904}, {"Kr", 83.798},
    {"Rb", 85.468}, {"Sr", 87.62}, {"Y", 88.906}, {"Zr", 91.224}, {"Nb", 92.906}, {"Mo", 95.95},
    {"Tc", 97.907}, {"Ru", 101.07}, {"Rh", 102.91}, {"Pd", 106.42}, {"Ag", 107.87}, {"Cd", 112.41},
    {"In", 114.82}, {"Sn", 118.71}, {"Sb", 121.76}, {"Te", 127.60}, {"I", 126.90}, {"Xe", 131.29},
    {"Cs", 132.91}, {"Ba", 137.33}, {"La", 138.91}, {"Ce", 140.12}, {"Pr", 140.91}, {"Nd", 144.24},
    {"Pm", 144.91}, {"Sm", 150.36}, {"Eu", 151.96}, {"Gd", 157.25}, {"Tb", 158.93}, {"Dy", 162.50},
    {"Ho", 164.93}, {"Er", 167.26}, {"Tm", 168.93}, {"Yb", 173.05}, {"Lu", 174.97}, {"Hf", 178.49},
    {"Ta", 180.95}, {"W", 183.84}, {"Re", 186.21}, {"Os", 190.23}, {"Ir", 192.22}, {"Pt", 195.08},
    {"Au", 196.97}, {"Hg", 200.59}, {"Tl", 204.38}, {"Pb", 207.2}, {"Bi", 208.98}, {"Po", 208.98},
    {"At", 209.99}, {"Rn", 222.02}, {"Fr", 223.02}, {"Ra", 226.03}, {"Ac", 227.03}, {"Th", 232.04},
    {"Pa", 231.04}, {"U", 238.03}, {"Np", 237.05}, {"Pu", 244.06}, {"Am", 243.06}, {"Cm", 247.07},
    {"Bk", 247.07}, {"Cf", 251.08}, {"Es", 252.08}, {"Fm", 257.10}, {"Md", 258.10}, {"No", 259.10},
    {"Lr", 262.11}, {"Rf", 267.12}, {"Db", 270.13}, {"Sg", 269.13}, {"Bh", 270.13}, {"Hs", 269.13},
    {"Mt", 278.16}, {"Ds", 281.17}, {"Rg", 281.17}, {"Cn", 285.18}, {"Nh", 286.18}, {"Fl", 289.19},
    {"Mc", 289.20}, {"Lv", 293.20}, {"Ts", 293.21}, {"Og", 294.21}};

static constexpr int element_count = static_cast<int>(sizeof element_masses / sizeof element_masses[0]);

// Z, or 0 when the word is not the symbol of an element.
inline int atomic_number(const std::string &symbol)
{
  for (int z = 1; z < element_count; ++z)
    if (symbol == element_masses[z].symbol) return z;
  return 0;
}

inline const char *element_symbol(int z)
{
  return z > 0 && z < element_count ? element_masses[z].symbol : "?";
}

inline double element_mass(int z)
{
  return z > 0 && z < element_count ? element_masses[z].mass : 0.0;
}

}    // namespace LAMMPS_NS

#endif
