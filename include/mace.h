/*
 * mace.h - energies, forces and stresses of MACE interatomic potentials
 *
 * This header is the manual of libmace. It needs C99 or C++11 and nothing else; link with -lmace
 * (pkg-config mace, or find_package(MACE) and MACE::mace in CMake). No Python, no PyTorch, no GPU.
 *
 *   mace_model *model = NULL;
 *   mace_calculator *calculator = NULL;
 *   double energy, forces[3][3];
 *   mace_outputs outputs = MACE_OUTPUTS_INIT;
 *   outputs.energy = &energy;
 *   outputs.forces = &forces[0][0];
 *   if (mace_model_load("water.model", MACE_PRECISION_FLOAT64, &model) != MACE_OK
 *       || mace_calculator_create(model, NULL, 1, &calculator) != MACE_OK
 *       || mace_evaluate(calculator, 3, numbers, positions, NULL, NULL, &outputs) != MACE_OK)
 *     fprintf(stderr, "%s\n", mace_last_error());
 *   mace_calculator_free(calculator);
 *   mace_model_free(model);
 *
 * ARRAYS. All arrays belong to the caller, are contiguous and row-major (the last index runs fastest; a
 * Fortran array has the indices the other way round: positions(3, n)).
 *
 *   atomic_numbers  int32_t [n]        Z: 1 for H, 8 for O
 *   species         int32_t [n]        index of the element in the model, mace_model_species()
 *   positions       double  [n][3]     x y z of each atom, Å; need not lie inside the cell
 *   cell            double  [3][3]     a_x a_y a_z  b_x b_y b_z  c_x c_y c_z: one lattice vector per row, Å
 *   pbc             int32_t [3]        nonzero: periodic along a, b, c
 *   forces          double  [n][3]     F = -dE/dr, eV/Å
 *   virial          double  [3][3]     W_ab = -dE/d(strain_ab) = sum over pairs of r_a F_b, eV; symmetric
 *   stress          double  [3][3]     sigma_ab = +dE/d(strain_ab) / V = -W_ab / V, eV/Å³; symmetric
 *   atomic_energies double  [n]        sum to the energy, eV
 *   atomic_virials  double  [n][3][3]  sum to the virial, eV; one atom's need not be symmetric
 *   heat_flux_virials                  another division of the virial, see HEAT FLUX
 *            double  [n][3][3]
 *
 * UNITS AND SIGNS. eV, Å and combinations of them, everywhere. The stress has the sign of ASE and of
 * mace-torch: positive when the cell wants to shrink. The virial has the sign that LAMMPS adds up: the
 * pressure of the potential is (W_xx + W_yy + W_zz) / 3V. ASE's Voigt order xx yy zz yz xz xy is, of the nine
 * numbers, those at 0, 4, 8, 5, 2, 1.
 *
 * ENERGIES. The energy contains the isolated-atom energies E0 of the model. The interaction energy does not:
 * energy = interaction_energy + sum of E0.
 *
 * HEAT FLUX. The virial can be divided among atoms in many ways. In atomic_virials each atom of an edge has
 * half of the edge's virial. In heat_flux_virials it belongs to the atom j that moves, and tells how far away
 * are the atoms k whose energies U(k) change: W_ab(j) = sum over k of (r_k - r_j)_a dU(k)/dr_j,b. Then
 *   J_a = sum over i of  v_a(i) (K(i) + U(i)) + sum over b of W_ab(i) v_b(i),
 * with velocities v(i) and kinetic energies K(i), is d/dt of sum r(i) (K(i) + U(i)), for models of any number
 * of layers. In a periodic system each image of k counts where it is. Index a is that of the position, b that
 * of the force. With several layers this output costs time and memory where it is asked for: the way back
 * through all layers but the last is gone four times.
 *
 * ERRORS. A call that can fail returns a mace_status, MACE_OK = 0. mace_last_error() then says in words which
 * file, atom, element or option is at fault and what to do about it. A call that fails writes to none of its
 * outputs, except that a handle asked for is set to NULL. NULL where a pointer is needed, a negative count
 * and a count beyond INT32_MAX are errors, never crashes. No call prints, exits, aborts, installs signal
 * handlers or reads environment variables other than those documented with the program. What cannot be
 * detected is a pointer to the wrong place, an array too short and a handle already freed.
 *
 * OWNERSHIP. Handles are made by _load and _create and released by _free, which accepts NULL. Strings that
 * are returned belong to the library; each function says for how long. A model may be released before its
 * calculators: they keep what they need.
 *
 * THREADS. A model never changes after loading: any number of threads may use it at once, to create
 * calculators and to ask for facts. A calculator is a workspace for one thread at a time, which need not
 * always be the same; a call on a calculator that is inside another call is refused. Give each thread of the
 * host its own calculator of the shared model. Within one call, a calculator uses as many threads as it
 * was created with. A trainer is for one thread at a time in the same way; the models that it has given do
 * not depend on it, so that one thread trains while others simulate. Calls work after fork() in the child,
 * also on handles made before it, provided that no other thread was inside the library at that moment.
 *
 * VERSIONS. Each function says "since" which version it exists. Within ABI version 1 functions are only
 * added, and structures only grow at their end: they begin with their size, so that a program compiled
 * against an older header runs with a newer library. MACE_..._INIT sets that size.
 */
#ifndef MACE_H
#define MACE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------ version -- */

/* Version of this header; mace_version() tells that of the library. Since 1.0.0. */
#define MACE_VERSION_MAJOR 1
#define MACE_VERSION_MINOR 0
#define MACE_VERSION_PATCH 0
#define MACE_VERSION "1.0.0"

/* For comparisons in the preprocessor: #if MACE_VERSION_NUMBER >= 10000. Since 1.0.0. */
#define MACE_VERSION_NUMBER (MACE_VERSION_MAJOR * 10000 + MACE_VERSION_MINOR * 100 + MACE_VERSION_PATCH)

/* Changes only when a program compiled against an older header would no longer run. Since 1.0.0. */
#define MACE_ABI_VERSION 1

/* Version of the library in use, such as "1.0.0". Valid for ever. Since 1.0.0. */
const char *mace_version(void);

/*
 * MACE_ABI_VERSION of the library in use. A host that loads the library with dlopen() should refuse one that
 * differs from the header it was compiled against. Since 1.0.0.
 */
int32_t mace_abi_version(void);

/* ------------------------------------------------------------------------------------------- errors -- */

/* What went wrong. Numbers never change their meaning; new ones may be added. Since 1.0.0. */
typedef enum mace_status {
  MACE_OK = 0,
  /* An argument, option or combination of them that makes no sense; a calculator in use elsewhere. */
  MACE_ERROR_ARGUMENT = 1,
  /* The operating system refused to open, read or write a file. */
  MACE_ERROR_IO = 2,
  /* A file is damaged, or is not what its name says. */
  MACE_ERROR_FORMAT = 3,
  /* A well-formed model or option that this library does not implement. */
  MACE_ERROR_UNSUPPORTED = 4,
  /* An element that the model does not know. */
  MACE_ERROR_ELEMENT = 5,
  /* Coordinates without an energy (not finite, two atoms at one point, a cell without volume), or a stress
   * asked for where there is no volume. */
  MACE_ERROR_GEOMETRY = 6,
  /* More memory was needed than is available or representable. */
  MACE_ERROR_MEMORY = 7,
  /* A callback of the host asked to stop. */
  MACE_CANCELLED = 8,
  /* A defect in this library: please report it. */
  MACE_ERROR_INTERNAL = 9
} mace_status;

/* Name, such as "MACE_ERROR_IO"; "unknown status" for another number. Valid for ever. Since 1.0.0. */
const char *mace_status_name(mace_status status);

/*
 * Message of the last call that failed in this thread; "" when none has. Calls that succeed leave it alone.
 * UTF-8, one line without a line feed. Never NULL. Valid until the next call in this thread that fails, or
 * until the thread ends. Since 1.0.0.
 */
const char *mace_last_error(void);

/* -------------------------------------------------------------------------------------------- model -- */

/* A potential read from a file; never changes. Since 1.0.0. */
typedef struct mace_model mace_model;

/*
 * Precision of the features inside the network. Geometry, E0, sums over atoms and all outputs are float64 in
 * either. float64 is the reference; float32 is faster and good enough for most molecular dynamics.
 *
 * In both, the radial networks of edges are evaluated from tables in the distance, made when a pair of elements is
 * first met. In float64 that changes forces by some 1e-9 eV/Å and energies by 1e-12 eV per atom. With the
 * environment variable MACE_RADIAL=exact the networks themselves are evaluated, two to three times slower. (The other
 * variable that is read, MACE_ISA=baseline or avx2, keeps to older instructions.)
 * Since 1.0.0.
 */
typedef enum mace_precision {
  /* That of the parameters in the file. */
  MACE_PRECISION_IN_FILE = 0,
  MACE_PRECISION_FLOAT64 = 1,
  MACE_PRECISION_FLOAT32 = 2
} mace_precision;

/*
 * Reads a model: a checkpoint of mace-torch (.model; read as data, none of its code is run) or a safetensors
 * file written by mace_model_save() or the mace command. *out is the model, to be released with
 * mace_model_free(), or NULL on an error.
 * MACE_ERROR_IO, MACE_ERROR_FORMAT, MACE_ERROR_UNSUPPORTED (an architecture that is not implemented: it is
 * named, never approximated), MACE_ERROR_MEMORY. Since 1.0.0.
 */
mace_status mace_model_load(const char *path, mace_precision precision, mace_model **out);

/*
 * The same from the bytes of such a file, for hosts that have read it already (on one MPI rank, from an
 * archive). The bytes are copied: they may be released after the call. Since 1.0.0.
 */
mace_status mace_model_load_memory(
    const void *data, size_t size, mace_precision precision, mace_model **out);

/* Writes the model as safetensors, with the parameters as they were in its file. Since 1.0.0. */
mace_status mace_model_save(const mace_model *model, const char *path);

/* Releases the model; NULL is allowed. Its calculators go on working. Since 1.0.0. */
void mace_model_free(mace_model *model);

/*
 * Facts. Given NULL for the model, or an index out of range, counts and indices are -1, lengths NaN and
 * strings NULL, and mace_last_error() says so. Strings are valid until the model is released. All since
 * 1.0.0.
 */

/* Distance beyond which two atoms do not interact directly, r_max, Å. */
double mace_model_cutoff(const mace_model *model);

/* Number of message-passing layers. */
int32_t mace_model_layer_count(const mace_model *model);

/*
 * Distance up to which an atom's energy depends on others: layers times cutoff, Å. Hosts whose ghosts come
 * with mace_exchange need neighbours within the cutoff only.
 */
double mace_model_receptive_field(const mace_model *model);

/* Number of elements the model knows. */
int32_t mace_model_element_count(const mace_model *model);

/* Atomic number of an element, species = 0 ... element_count - 1. */
int32_t mace_model_atomic_number(const mace_model *model, int32_t species);

/* Index of an element in the model; -1 when the model does not know it, which is no error. */
int32_t mace_model_species(const mace_model *model, int32_t atomic_number);

/* Number of heads (levels of theory, data sets) of the model, at least 1. */
int32_t mace_model_head_count(const mace_model *model);

/* Name of a head, index = 0 ... head_count - 1. */
const char *mace_model_head_name(const mace_model *model, int32_t index);

/* Number of trained parameters. */
int64_t mace_model_parameter_count(const mace_model *model);

/* Type of the parameters in the file: "float64" or "float32". */
const char *mace_model_dtype(const mace_model *model);

/* Precision in use: MACE_PRECISION_FLOAT64 or MACE_PRECISION_FLOAT32 (MACE_PRECISION_IN_FILE given NULL). */
mace_precision mace_model_precision(const mace_model *model);

/* Instruction set chosen for this processor: "baseline", "avx2" or "avx512". */
const char *mace_model_instruction_set(const mace_model *model);

/*
 * Numbers per atom that mace_descriptors() gives: all features when invariants_only is 0, else only those
 * that do not change when the atoms are rotated.
 */
int32_t mace_model_descriptor_width(const mace_model *model, int32_t invariants_only);

/* --------------------------------------------------------------------------------------- calculator -- */

/* A workspace for evaluations of one model and one head, for one thread at a time. Since 1.0.0. */
typedef struct mace_calculator mace_calculator;

/*
 * Makes a calculator. head is one of mace_model_head_name(); NULL means the only head, and is an error that
 * lists the heads when there are several: none is chosen silently. threads (1 ... 1024) is how many threads
 * one evaluation uses; 1 inside MPI ranks and thread pools. *out is released with mace_calculator_free(), or
 * NULL on an error. MACE_ERROR_ARGUMENT, MACE_ERROR_MEMORY. Since 1.0.0.
 */
mace_status mace_calculator_create(
    const mace_model *model, const char *head, int32_t threads, mace_calculator **out);

/* Releases the calculator; NULL is allowed. It must not be inside a call. Since 1.0.0. */
void mace_calculator_free(mace_calculator *calculator);

/*
 * Drops the neighbour list that mace_evaluate() keeps between calls (it is reused while no atom has moved
 * far; results do not depend on it beyond rounding). Only of use to time things. Since 1.0.0.
 */
mace_status mace_calculator_reset(mace_calculator *calculator);

/* Memory that the workspace holds now, bytes; -1 given NULL or while in use elsewhere. Since 1.0.0. */
int64_t mace_calculator_workspace_bytes(mace_calculator *calculator);

/*
 * Where the time goes. An evaluation has stages, stage = 0 ... mace_stage_count() - 1, with names such as
 * "convolution" or "linear, backward"; NULL for another number. Valid for ever. Since 1.0.0.
 */
int32_t mace_stage_count(void);
const char *mace_stage_name(int32_t stage);

/*
 * Starts measuring from zero (on nonzero), or stops it (0, the default). Measuring reads the clock a few
 * times per 36 edges, about 1 % of the time. MACE_ERROR_ARGUMENT. Since 1.0.0.
 */
mace_status mace_calculator_measure(mace_calculator *calculator, int32_t on);

/*
 * Writes the seconds spent in each stage since measuring was started, seconds[mace_stage_count()], summed over
 * the threads of the calculator. What the callbacks of mace_evaluate_neighbors() take is in no stage.
 * MACE_ERROR_ARGUMENT. Since 1.0.0.
 */
mace_status mace_calculator_stage_seconds(mace_calculator *calculator, double *seconds);

/* ----------------------------------------------------------------------------------------- evaluate -- */

/*
 * What an evaluation writes, and where: a NULL pointer means "not wanted", and what is not wanted is not
 * computed. Start from MACE_OUTPUTS_INIT. n is the number of atoms, or of n_local + n_ghost where marked *.
 *
 * (Why a structure and not eight arguments: eight pointers of one type in a row get swapped without a word
 * from the compiler, and each new output would need a new function. The size in front lets both sides grow:
 * the library reads no further than the caller's header reached, takes the rest as "not wanted", and
 * refuses with MACE_ERROR_UNSUPPORTED an output that it does not know instead of ignoring it.) Since 1.0.0.
 */
typedef struct mace_outputs {
  size_t size;                /* sizeof(mace_outputs), set by MACE_OUTPUTS_INIT */
  double *energy;             /* [1] eV */
  double *interaction_energy; /* [1] eV, without E0 */
  double *forces;             /* [n *][3] eV/Å */
  double *stress;             /* [3][3] eV/Å³; needs a cell and all three directions periodic */
  double *virial;             /* [3][3] eV; defined without a cell, too */
  double *atomic_energies;    /* [n] eV, with E0 */
  double *atomic_virials;     /* [n *][3][3] eV */
  double *heat_flux_virials;  /* [n *][3][3] eV */
} mace_outputs;

#define MACE_OUTPUTS_INIT {sizeof(mace_outputs), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}

/*
 * Evaluates n atoms in a cell or in the open.
 *
 *   cell  NULL: no cell, no periodicity.
 *   pbc   NULL: periodic along all three vectors when there is a cell. With a cell, any of the eight
 *         combinations; without one, no direction may be periodic.
 *
 * The cell may be smaller than the cutoff: all images within it count. n may be 0. Asking for the stress is
 * MACE_ERROR_GEOMETRY unless all three directions are periodic; the same call without it succeeds, and the
 * virial is there in every case. MACE_ERROR_ARGUMENT, MACE_ERROR_ELEMENT, MACE_ERROR_GEOMETRY,
 * MACE_ERROR_MEMORY. Since 1.0.0.
 */
mace_status mace_evaluate(
    mace_calculator *calculator, int64_t n, const int32_t *atomic_numbers, const double *positions,
    const double *cell, const int32_t *pbc, const mace_outputs *outputs);

/*
 * Writes the features of each atom after all layers: descriptors[n][width], width =
 * mace_model_descriptor_width(model, invariants_only); dimensionless, without dependence on the head.
 * Arguments and errors otherwise as mace_evaluate(). Since 1.0.0.
 */
mace_status mace_descriptors(
    mace_calculator *calculator, int64_t n, const int32_t *atomic_numbers, const double *positions,
    const double *cell, const int32_t *pbc, int32_t invariants_only, double *descriptors);

/* ------------------------------------------------------------------------- the host's neighbour list -- */

/*
 * Sends rows of numbers between atoms and their ghosts. rows is [n_local + n_ghost][width], contiguous,
 * elements of element_size 8 (double) or 4 (float): row i starts at (char *)rows + i * width *
 * element_size. Returns 0, or anything else to end the evaluation with MACE_CANCELLED. Called in the thread
 * that called mace_evaluate_neighbors(), so that MPI may be used inside. It must return: no exception and
 * no longjmp may leave it. Since 1.0.0.
 */
typedef int32_t (*mace_exchange_callback)(void *context, void *rows, int64_t width, int32_t element_size);

/*
 * The communication of a host that divides space into domains. A ghost is a copy of an atom that this or
 * another process owns, or a periodic image of one. Start from MACE_EXCHANGE_INIT. Since 1.0.0.
 */
typedef struct mace_exchange {
  size_t size;                    /* sizeof(mace_exchange), set by MACE_EXCHANGE_INIT */
  void *context;                  /* handed to both callbacks */
  mace_exchange_callback forward; /* copies the row of each owner to all of its ghosts */
  mace_exchange_callback reverse; /* adds the row of each ghost to that of its owner */
} mace_exchange;

#define MACE_EXCHANGE_INIT {sizeof(mace_exchange), NULL, NULL, NULL}

/*
 * Evaluates the n_local atoms that a host owns, with the host's own neighbour list. Nodes 0 ... n_local - 1
 * are these atoms, nodes n_local ... n_local + n_ghost - 1 are ghosts, which bring positions of their own:
 * no cell is needed.
 *
 *   species    int32_t [n_local + n_ghost]     mace_model_species(), not the atomic number
 *   positions  double  [n_local + n_ghost][3]  Å
 *   offsets    int64_t [n_local + 1]           the neighbours of atom i are
 *   neighbors  int32_t [offsets[n_local]]      neighbors[offsets[i]] ... neighbors[offsets[i + 1] - 1]
 *
 * offsets[0] is 0 and offsets do not decrease; no node appears twice among the neighbours of one atom. The
 * list is a full one: it names for each owned atom all nodes within the cutoff, so that a pair of two
 * owned atoms appears twice; further ones are skipped, an atom itself is an error.
 *
 * From LAMMPS (full list, newton on): n_local = atom->nlocal, n_ghost = atom->nghost, positions =
 * &atom->x[0][0], species[i] from atom->type[i], offsets[i + 1] = offsets[i] + numneigh[i] for i = 0 ...
 * nlocal - 1 (ilist may be in another order), neighbors = firstneigh[i][k] & NEIGHMASK one after the other;
 * forward and reverse are comm->forward_comm() and comm->reverse_comm() of the pair style with `width`
 * numbers per atom. An atom that the model is not to see, of a type mapped to NULL or excluded, must be
 * left out of the nodes by the host.
 *
 * exchange->forward is called layers - 1 times, and exchange->reverse as often if derivatives are wanted, four
 * times as often with heat_flux_virials, whatever the number of atoms (also when n_local = 0), so that all
 * processes stay in step. It may be NULL
 * when there are no ghosts or only one layer. Processes of one group must ask for the same outputs. A
 * process that fails before its calls leaves others waiting in theirs: end the run then.
 *
 * Outputs: energy, interaction_energy and virial are the share of the owned atoms; add them up over
 * processes (the sum of the virials is symmetric, a share need not be). forces, atomic_virials
 * and heat_flux_virials are given for ghosts, too, and those of a ghost must be added to its owner (reverse
 * communication); atomic_energies has n_local entries. stress is MACE_ERROR_GEOMETRY: only the host knows the
 * volume. MACE_ERROR_ARGUMENT, MACE_ERROR_GEOMETRY, MACE_ERROR_MEMORY, MACE_CANCELLED. Since 1.0.0.
 */
mace_status mace_evaluate_neighbors(
    mace_calculator *calculator, int64_t n_local, int64_t n_ghost, const int32_t *species,
    const double *positions, const int64_t *offsets, const int32_t *neighbors, const mace_exchange *exchange,
    const mace_outputs *outputs);

/* ----------------------------------------------------------------------------------------- training -- */

/* Reference values of a frame, and their weights. Start from MACE_LABELS_INIT. Since 1.0.0. */
typedef struct mace_labels {
  size_t size;           /* sizeof(mace_labels), set by MACE_LABELS_INIT */
  const double *energy;  /* [1] eV, with the energies of the atoms; NULL: not known, and never taken as 0 */
  const double *forces;  /* [n][3] eV/Å, or NULL */
  const double *stress;  /* [3][3] eV/Å³, or NULL; needs a cell and all three directions periodic */
  const double *virial;  /* [3][3] eV, or NULL */
  const char *head;      /* level of theory that the labels are of; NULL: "Default" */
  double weight;         /* of the frame in the loss */
  double energy_weight;  /* of its energy, times weight; and so on */
  double forces_weight;
  double stress_weight;
  double virial_weight;
} mace_labels;

#define MACE_LABELS_INIT {sizeof(mace_labels), NULL, NULL, NULL, NULL, NULL, 1, 1, 1, 1, 1}

/* What a frame is for. Since 1.0.0. */
typedef enum mace_frame_use {
  MACE_FRAME_TRAINING = 0,
  MACE_FRAME_VALIDATION = 1,
  /* One atom, whose energy is the E0 of its element (for E0s IsolatedAtom and estimated+isolated). */
  MACE_FRAME_ISOLATED_ATOM = 2
} mace_frame_use;

/*
 * Errors on a set of frames: mean absolute ones and root mean squares. NaN when no frame has the label with a
 * weight above 0. Start from MACE_ERRORS_INIT. Since 1.0.0.
 */
typedef struct mace_errors {
  size_t size;        /* sizeof(mace_errors), set by MACE_ERRORS_INIT */
  int64_t frames;     /* how many were compared */
  double loss;        /* of the present stage, as mace-torch's evaluation prints it */
  double energy_mae;  /* eV per atom */
  double energy_rmse; /* eV per atom */
  double forces_mae;  /* eV/Å */
  double forces_rmse; /* eV/Å */
  double stress_mae;  /* eV/Å³ */
  double stress_rmse; /* eV/Å³ */
  double virial_mae;  /* eV per atom */
  double virial_rmse; /* eV per atom */
} mace_errors;

#define MACE_ERRORS_INIT {sizeof(mace_errors), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

/* What a mace_training_event tells. New kinds may be added: leave others out. Since 1.0.0. */
typedef enum mace_training_event_kind {
  /* text is a message of the log as the command prints it, with local time (TZ); it may have several lines:
   * what options mean, warnings, the report on the E0s. */
  MACE_TRAINING_LOG = 1,
  /* One batch was trained: batch, batch_count, loss. */
  MACE_TRAINING_STEP = 2,
  /* One head was validated: text is its name; errors. epoch is -1 before any training. */
  MACE_TRAINING_VALIDATION = 3,
  /* An epoch ends: loss is the mean of its batches; stage, is_best. */
  MACE_TRAINING_EPOCH = 4,
  /* mace_fine_tune() has written a model: text is its path. */
  MACE_TRAINING_MODEL = 5
} mace_training_event_kind;

/* Progress of a training; members that a kind does not name are 0 or NULL. Since 1.0.0. */
typedef struct mace_training_event {
  size_t size; /* of the library's structure: test it before you read members added later */
  mace_training_event_kind kind;
  int32_t stage;             /* 1, or 2 with the weights and learning rate of option swa */
  int64_t epoch;             /* from 0 */
  int64_t batch;             /* from 0 */
  int64_t batch_count;       /* of an epoch */
  double loss;               /* dimensionless, weights included */
  double seconds;            /* that the batch or the epoch took */
  const char *text;          /* UTF-8, without a line feed at its end */
  const mace_errors *errors; /* of one head */
  int64_t is_best;           /* 1: the validation loss of the last head is the lowest of the stage */
} mace_training_event;

/*
 * Receives progress. The event and what it points to end with the call. Returns 0, or anything else to end the
 * training with MACE_CANCELLED. Called in the thread that called the library; the trainer must not be used
 * inside. It must return: no exception and no longjmp may leave it. Since 1.0.0.
 */
typedef int32_t (*mace_training_callback)(void *context, const mace_training_event *event);

/*
 * Fine-tuning with frames from memory, epoch by epoch, for one thread at a time. Since 1.0.0.
 *
 *   mace_trainer_create(foundation, 2, &trainer);
 *   mace_trainer_set(trainer, "E0s", "estimated");
 *   mace_trainer_set(trainer, "lr", "0.0005");
 *   mace_trainer_add_frame(trainer, MACE_FRAME_TRAINING, n, numbers, positions, cell, NULL, &labels);
 *   mace_trainer_start(trainer, NULL, NULL);
 *   mace_trainer_run_epoch(trainer, progress, context, NULL);
 *   mace_trainer_model(trainer, MACE_TRAINED_NOW, MACE_PRECISION_FLOAT64, &model);
 */
typedef struct mace_trainer mace_trainer;

/*
 * Makes a trainer that starts from a model. threads (1 ... 1024) is how many threads a batch uses. *out is
 * released with mace_trainer_free(), or NULL on an error. The model may be released before. Results do not
 * depend on who else uses the model, and are the same bit for bit for the same calls with the same number of
 * threads on one machine. MACE_ERROR_ARGUMENT. Since 1.0.0.
 */
mace_status mace_trainer_create(const mace_model *foundation, int32_t threads, mace_trainer **out);

/* Releases the trainer; NULL is allowed. It must not be inside a call. Since 1.0.0. */
void mace_trainer_free(mace_trainer *trainer);

/*
 * Sets an option before the start. Names, values as text and defaults are those of mace_run_train and of the
 * command ("mace train --help"); flags are "True" or "False". Known are those that concern neither files nor
 * a new architecture:
 *
 *   E0s  foundation_head  foundation_model_elements  foundation_filter_elements  atomic_numbers
 *   loss  energy_weight  forces_weight  stress_weight  virials_weight  huber_delta
 *   batch_size  valid_batch_size  valid_fraction  max_num_epochs  patience  eval_interval
 *   convergence_threshold  convergence_window  seed  default_dtype
 *   optimizer  lr  weight_decay  beta  beta1_schedulefree  beta2_schedulefree  lr_params_factors  clip_grad
 *   scheduler  lr_factor  scheduler_patience  lr_scheduler_gamma  ema  ema_decay
 *   swa  start_swa  swa_lr  swa_energy_weight  swa_forces_weight  swa_stress_weight  swa_virials_weight
 *   freeze  lora  lora_rank  lora_alpha  learn_E0s  learn_scale_shift  learn_radial_basis
 *   level_of_theory  dispersion
 *
 * E0s is "foundation", "estimated" (fitted to the training frames), "estimated+isolated", "average", or a
 * dictionary in eV such as "{1: -13.6, 8: -2043.1}"; without it, MACE_FRAME_ISOLATED_ATOM frames give them. Of
 * an option set twice the last value counts. Nothing is forced for several heads; those named "pt_head", the
 * replay frames, always have the E0s of the foundation. MACE_ERROR_ARGUMENT (an unknown option: the message
 * has the nearest names; a value that it cannot have), MACE_ERROR_UNSUPPORTED. Since 1.0.0.
 */
mace_status mace_trainer_set(mace_trainer *trainer, const char *name, const char *value);

/*
 * Adds a frame before the start; all arrays are copied. The atoms are described as for mace_evaluate(). At
 * least one label is needed. A head comes into being with its first frame. Without validation frames of a
 * head, valid_fraction (0.1) of its training frames is set aside, chosen by the seed.
 * MACE_ERROR_ARGUMENT, MACE_ERROR_UNSUPPORTED (labels of a newer header). Since 1.0.0.
 */
mace_status mace_trainer_add_frame(
    mace_trainer *trainer, mace_frame_use use, int64_t n, const int32_t *atomic_numbers,
    const double *positions, const double *cell, const int32_t *pbc, const mace_labels *labels);

/*
 * Checks options and frames, finds the E0s and makes the model: with the elements of the frames, and one head
 * for each of theirs. The callback (NULL: none) receives MACE_TRAINING_LOG, also what a user should be warned
 * of. After an error nothing has started: options can be set, frames added, and it can be called again.
 * MACE_ERROR_ARGUMENT (options that contradict each other or have no effect, frames without use, missing E0s),
 * MACE_ERROR_ELEMENT, MACE_ERROR_GEOMETRY, MACE_ERROR_MEMORY, MACE_CANCELLED. Since 1.0.0.
 */
mace_status mace_trainer_start(mace_trainer *trainer, mace_training_callback callback, void *context);

/*
 * Trains one epoch: all frames in batches, in random order, then validation of each head; before the first
 * one, validation of the start. *trained (NULL: not wanted) is 1, or 0 when training had ended already, by
 * max_num_epochs, patience or convergence. After an error and when the callback (NULL: none) has answered
 * other than 0, the trainer is as it was before the epoch, and it can be called again.
 * MACE_ERROR_ARGUMENT (not started; a loss that is not finite), MACE_ERROR_GEOMETRY, MACE_ERROR_MEMORY,
 * MACE_CANCELLED. Since 1.0.0.
 */
mace_status mace_trainer_run_epoch(
    mace_trainer *trainer, mace_training_callback callback, void *context, int32_t *trained);

/*
 * Errors of the present model on the training or validation frames of a head (NULL: of all). MACE_ERROR_ARGUMENT,
 * MACE_ERROR_GEOMETRY, MACE_ERROR_MEMORY. Since 1.0.0.
 */
mace_status mace_trainer_evaluate(
    mace_trainer *trainer, mace_frame_use use, const char *head, mace_errors *errors);

/* Which model a trainer gives. Since 1.0.0. */
typedef enum mace_trained {
  /* The present one: the moving average of option ema, or the last one. */
  MACE_TRAINED_NOW = 0,
  /* That with the lowest validation loss of the last head, in the last stage that was validated. */
  MACE_TRAINED_BEST = 1
} mace_trained;

/*
 * Gives a copy of the model after the start and between epochs, ready for mace_calculator_create() and
 * mace_model_save(). *out is released with mace_model_free(), or NULL on an error. precision as for
 * mace_model_load(). MACE_ERROR_ARGUMENT, MACE_ERROR_MEMORY. Since 1.0.0.
 */
mace_status mace_trainer_model(
    mace_trainer *trainer, mace_trained which, mace_precision precision, mace_model **out);

/*
 * Does what the command "mace train" does with these arguments, and gives the same results: reads the files of
 * frames, trains from a foundation model or from scratch, and writes log, checkpoints, results and models, named
 * by the options. arguments[count] are those after "train", such as "--name=water", "--foundation_model",
 * "old.model"; threads (1 ... 1024) counts unless --threads is among them. The callback (NULL: none) receives
 * all events; what the command prints are its MACE_TRAINING_LOG lines. --config is MACE_ERROR_UNSUPPORTED: only
 * the command reads YAML. Plots are drawn by gnuplot, where it is installed; --plot=False leaves them out.
 * With --dry_run the plan is logged and nothing else done. After MACE_CANCELLED, --restart_latest goes on from
 * the last whole epoch. Any number of threads may be in it, with other names of the run or other work_dir.
 * MACE_ERROR_ARGUMENT, MACE_ERROR_IO, MACE_ERROR_FORMAT, MACE_ERROR_UNSUPPORTED, MACE_ERROR_ELEMENT,
 * MACE_ERROR_GEOMETRY, MACE_ERROR_MEMORY, MACE_CANCELLED. Since 1.0.0.
 */
mace_status mace_fine_tune(
    int32_t count, const char *const *arguments, int32_t threads, mace_training_callback callback,
    void *context);

#ifdef __cplusplus
}
#endif

#endif /* MACE_H */
