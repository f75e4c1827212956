#ifndef MACE_CZLIB_SHIM_H
#define MACE_CZLIB_SHIM_H

#include <zlib.h>

/* zlib's initialisers are macros, which Swift does not import. */

/* Decodes gzip members only (window bits 15, +16 selects the gzip wrapper). */
static inline int czlib_inflate_gzip_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

/* Encodes one gzip member. */
static inline int czlib_deflate_gzip_init(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
