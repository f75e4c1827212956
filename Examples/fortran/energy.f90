! Energy, forces and stress from Fortran: a module that declares the C functions, and the program of energy.c.
!
!   gfortran energy.f90 $(pkg-config --libs mace) -o energy
!   ./energy MODEL [HEAD]
!
! Arrays are those of mace.h with the indices the other way round: positions(3, n), and cell(:, 1) is the
! first lattice vector.
module mace
  use, intrinsic :: iso_c_binding
  implicit none

  integer(c_int), parameter :: MACE_OK = 0
  integer(c_int), parameter :: MACE_PRECISION_IN_FILE = 0
  integer(c_int), parameter :: MACE_PRECISION_FLOAT64 = 1
  integer(c_int), parameter :: MACE_PRECISION_FLOAT32 = 2

  ! mace_outputs; call mace_outputs_init before use.
  type, bind(c) :: mace_outputs
    integer(c_size_t) :: size
    type(c_ptr) :: energy
    type(c_ptr) :: interaction_energy
    type(c_ptr) :: forces
    type(c_ptr) :: stress
    type(c_ptr) :: virial
    type(c_ptr) :: atomic_energies
    type(c_ptr) :: atomic_virials
  end type mace_outputs

  interface
    function mace_last_error() bind(c) result(message)
      import :: c_ptr
      type(c_ptr) :: message
    end function

    function mace_model_load(path, precision, model) bind(c) result(status)
      import :: c_char, c_int, c_ptr
      character(kind=c_char), intent(in) :: path(*)
      integer(c_int), value :: precision
      type(c_ptr), intent(out) :: model
      integer(c_int) :: status
    end function

    subroutine mace_model_free(model) bind(c)
      import :: c_ptr
      type(c_ptr), value :: model
    end subroutine

    function mace_model_cutoff(model) bind(c) result(cutoff)
      import :: c_double, c_ptr
      type(c_ptr), value :: model
      real(c_double) :: cutoff
    end function

    ! head: c_null_ptr, or c_loc of a string that ends with c_null_char.
    function mace_calculator_create(model, head, threads, calculator) bind(c) result(status)
      import :: c_int, c_int32_t, c_ptr
      type(c_ptr), value :: model, head
      integer(c_int32_t), value :: threads
      type(c_ptr), intent(out) :: calculator
      integer(c_int) :: status
    end function

    subroutine mace_calculator_free(calculator) bind(c)
      import :: c_ptr
      type(c_ptr), value :: calculator
    end subroutine

    ! cell and pbc: c_null_ptr, or c_loc of cell(3, 3) and of three integer(c_int32_t).
    function mace_evaluate(calculator, n, atomic_numbers, positions, cell, pbc, outputs) &
        bind(c) result(status)
      import :: c_double, c_int, c_int32_t, c_int64_t, c_ptr, mace_outputs
      type(c_ptr), value :: calculator
      integer(c_int64_t), value :: n
      integer(c_int32_t), intent(in) :: atomic_numbers(*)
      real(c_double), intent(in) :: positions(3, *)
      type(c_ptr), value :: cell, pbc
      type(mace_outputs), intent(in) :: outputs
      integer(c_int) :: status
    end function
  end interface

contains

  subroutine mace_outputs_init(outputs)
    type(mace_outputs), intent(out) :: outputs
    outputs = mace_outputs(c_sizeof(outputs), c_null_ptr, c_null_ptr, c_null_ptr, c_null_ptr, c_null_ptr, &
      c_null_ptr, c_null_ptr)
  end subroutine

  ! The message of the last call that failed, as a Fortran string.
  function mace_message() result(message)
    character(len=:), allocatable :: message
    character(kind=c_char), pointer :: text(:)
    integer :: i
    call c_f_pointer(mace_last_error(), text, [4096])
    message = ""
    do i = 1, size(text)
      if (text(i) == c_null_char) exit
      message = message // text(i)
    end do
  end function

end module mace

program energy
  use mace
  use, intrinsic :: iso_fortran_env, only: error_unit
  implicit none

  integer(c_int32_t), parameter :: numbers(6) = [8, 1, 1, 8, 1, 1]
  real(c_double) :: positions(3, 6) = reshape([ &
    0.00d0, 0.00d0, 0.12d0, 0.00d0, 0.76d0, -0.48d0, 0.00d0, -0.76d0, -0.48d0, &
    2.10d0, 2.30d0, 2.50d0, 2.90d0, 2.70d0, 2.90d0, 1.50d0, 2.80d0, 3.10d0], [3, 6])
  real(c_double), target :: cell(3, 3) = reshape([ &
    4.5d0, 0.0d0, 0.0d0, 0.3d0, 4.6d0, 0.0d0, -0.2d0, 0.4d0, 4.8d0], [3, 3])
  real(c_double), parameter :: step = 1.0d-4

  character(len=4096) :: path
  character(len=256), target :: head
  type(c_ptr) :: model, calculator, head_pointer
  type(mace_outputs) :: outputs, energy_only
  real(c_double), target :: total, above, below, forces(3, 6), stress(3, 3)
  real(c_double) :: y
  integer :: row

  if (command_argument_count() < 1) then
    write (error_unit, '(a)') "usage: energy MODEL [HEAD]"
    stop 2
  end if
  call get_command_argument(1, path)
  head_pointer = c_null_ptr
  if (command_argument_count() > 1) then
    call get_command_argument(2, head)
    head = trim(head) // c_null_char
    head_pointer = c_loc(head)
  end if
  call check(mace_model_load(trim(path) // c_null_char, MACE_PRECISION_FLOAT64, model))
  call check(mace_calculator_create(model, head_pointer, 1_c_int32_t, calculator))
  print '(a, f0.12)', "cutoff ", mace_model_cutoff(model)

  call mace_outputs_init(outputs)
  outputs%energy = c_loc(total)
  outputs%forces = c_loc(forces)
  call check(mace_evaluate(calculator, 3_c_int64_t, numbers, positions, c_null_ptr, c_null_ptr, outputs))
  print '(a, f0.12)', "water energy ", total
  call print_forces("water", 3)

  outputs%stress = c_loc(stress)
  call check(mace_evaluate(calculator, 6_c_int64_t, numbers, positions, c_loc(cell), c_null_ptr, outputs))
  print '(a, f0.12)', "box energy ", total
  call print_forces("box", 6)
  do row = 1, 3
    print '(a, i0, 3(1x, f18.12))', "box stress ", row - 1, stress(:, row)
  end do

  ! The force on the second atom along y must be the slope of the energy.
  call mace_outputs_init(energy_only)
  y = positions(2, 2)
  energy_only%energy = c_loc(above)
  positions(2, 2) = y + step
  call check(mace_evaluate(calculator, 6_c_int64_t, numbers, positions, c_loc(cell), c_null_ptr, energy_only))
  energy_only%energy = c_loc(below)
  positions(2, 2) = y - step
  call check(mace_evaluate(calculator, 6_c_int64_t, numbers, positions, c_loc(cell), c_null_ptr, energy_only))
  print '(a, 2(1x, f12.6))', "difference", forces(2, 2), -(above - below) / (2 * step)

  call mace_calculator_free(calculator)
  call mace_model_free(model)

contains

  subroutine check(status)
    integer(c_int), intent(in) :: status
    if (status == MACE_OK) return
    write (error_unit, '(a)') mace_message()
    stop 1
  end subroutine

  subroutine print_forces(name, n)
    character(len=*), intent(in) :: name
    integer, intent(in) :: n
    integer :: i
    do i = 1, n
      print '(2a, i0, 3(1x, f18.12))', name, " force ", i - 1, forces(:, i)
    end do
  end subroutine

end program energy
