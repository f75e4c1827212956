/* Vector primitives that Swift's standard library does not lower well, and the CPU's level.
 *
 * SIMDn.addingProduct and .sum() are scalar loops in the standard library; inside loops with carried
 * accumulators LLVM does not put them together again. These inline functions are one instruction each
 * (fma) or a tree of additions (sum). Without FMA in the target, a*b+c is used: a libm call per lane
 * would be ruinous. */
#ifndef MACE_KERNEL_SUPPORT_H
#define MACE_KERNEL_SUPPORT_H

#define INLINE static inline __attribute__((always_inline))

typedef double mk_d8 __attribute__((ext_vector_type(8)));
typedef double mk_d4 __attribute__((ext_vector_type(4)));
typedef double mk_d2 __attribute__((ext_vector_type(2)));
typedef float mk_f16 __attribute__((ext_vector_type(16)));
typedef float mk_f8 __attribute__((ext_vector_type(8)));
typedef float mk_f4 __attribute__((ext_vector_type(4)));
typedef float mk_f2 __attribute__((ext_vector_type(2)));

#if defined(__FMA__) || defined(__aarch64__)
#define MK_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define MK_FMA(a, b, c) ((a) * (b) + (c))
#endif

INLINE mk_d8 mk_fma_d8(mk_d8 a, mk_d8 b, mk_d8 c) { return MK_FMA(a, b, c); }
INLINE mk_d4 mk_fma_d4(mk_d4 a, mk_d4 b, mk_d4 c) { return MK_FMA(a, b, c); }
INLINE mk_d2 mk_fma_d2(mk_d2 a, mk_d2 b, mk_d2 c) { return MK_FMA(a, b, c); }
INLINE mk_f16 mk_fma_f16(mk_f16 a, mk_f16 b, mk_f16 c) { return MK_FMA(a, b, c); }
INLINE mk_f8 mk_fma_f8(mk_f8 a, mk_f8 b, mk_f8 c) { return MK_FMA(a, b, c); }
INLINE mk_f4 mk_fma_f4(mk_f4 a, mk_f4 b, mk_f4 c) { return MK_FMA(a, b, c); }

INLINE double mk_sum_d2(mk_d2 a) { return a.x + a.y; }
INLINE double mk_sum_d4(mk_d4 a) { return mk_sum_d2(a.lo + a.hi); }
INLINE double mk_sum_d8(mk_d8 a) { return mk_sum_d4(a.lo + a.hi); }
INLINE float mk_sum_f4(mk_f4 a) { mk_f2 b = a.lo + a.hi; return b.x + b.y; }
INLINE float mk_sum_f8(mk_f8 a) { return mk_sum_f4(a.lo + a.hi); }
INLINE float mk_sum_f16(mk_f16 a) { return mk_sum_f8(a.lo + a.hi); }

/* Pairs (a0, b0, a1, b1, ...) apart and together again. */
INLINE mk_d2 mk_evens_d2(mk_d2 a, mk_d2 b) { return __builtin_shufflevector(a, b, 0, 2); }
INLINE mk_d2 mk_odds_d2(mk_d2 a, mk_d2 b) { return __builtin_shufflevector(a, b, 1, 3); }
INLINE mk_d2 mk_low_d2(mk_d2 a, mk_d2 b) { return __builtin_shufflevector(a, b, 0, 2); }
INLINE mk_d2 mk_high_d2(mk_d2 a, mk_d2 b) { return __builtin_shufflevector(a, b, 1, 3); }
INLINE mk_d4 mk_evens_d4(mk_d4 a, mk_d4 b) { return __builtin_shufflevector(a, b, 0, 2, 4, 6); }
INLINE mk_d4 mk_odds_d4(mk_d4 a, mk_d4 b) { return __builtin_shufflevector(a, b, 1, 3, 5, 7); }
INLINE mk_d4 mk_low_d4(mk_d4 a, mk_d4 b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
INLINE mk_d4 mk_high_d4(mk_d4 a, mk_d4 b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
INLINE mk_d8 mk_evens_d8(mk_d8 a, mk_d8 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
}
INLINE mk_d8 mk_odds_d8(mk_d8 a, mk_d8 b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}
INLINE mk_d8 mk_low_d8(mk_d8 a, mk_d8 b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
INLINE mk_d8 mk_high_d8(mk_d8 a, mk_d8 b) {
  return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
INLINE mk_f4 mk_evens_f4(mk_f4 a, mk_f4 b) { return __builtin_shufflevector(a, b, 0, 2, 4, 6); }
INLINE mk_f4 mk_odds_f4(mk_f4 a, mk_f4 b) { return __builtin_shufflevector(a, b, 1, 3, 5, 7); }
INLINE mk_f4 mk_low_f4(mk_f4 a, mk_f4 b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
INLINE mk_f4 mk_high_f4(mk_f4 a, mk_f4 b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
INLINE mk_f8 mk_evens_f8(mk_f8 a, mk_f8 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
}
INLINE mk_f8 mk_odds_f8(mk_f8 a, mk_f8 b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}
INLINE mk_f8 mk_low_f8(mk_f8 a, mk_f8 b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
INLINE mk_f8 mk_high_f8(mk_f8 a, mk_f8 b) {
  return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
INLINE mk_f16 mk_evens_f16(mk_f16 a, mk_f16 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
INLINE mk_f16 mk_odds_f16(mk_f16 a, mk_f16 b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}
INLINE mk_f16 mk_low_f16(mk_f16 a, mk_f16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
INLINE mk_f16 mk_high_f16(mk_f16 a, mk_f16 b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/* 0 = baseline, 1 = AVX2 + FMA (x86-64-v3), 2 = AVX-512 F/BW/CD/DQ/VL (x86-64-v4) */
int mk_cpu_level(void);

#endif
