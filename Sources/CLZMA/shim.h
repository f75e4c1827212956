#ifndef MACE_CLZMA_SHIM_H
#define MACE_CLZMA_SHIM_H

#include <lzma.h>

/* Function-like macros and macros with casts are not imported by Swift. */

/* Decodes one or more concatenated .xz streams. */
static inline lzma_ret clzma_decoder_init(lzma_stream *stream, uint64_t memory_limit) {
  return lzma_stream_decoder(stream, memory_limit, LZMA_CONCATENATED);
}

static inline lzma_ret clzma_encoder_init(lzma_stream *stream, uint32_t preset) {
  return lzma_easy_encoder(stream, preset, LZMA_CHECK_CRC64);
}

#endif
