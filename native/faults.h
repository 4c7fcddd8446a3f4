/*
 * Faults on request, for tests: one system call of a creation or a removal fails, or the new
 * process ends at it. Only in objects that are compiled with GLASSBOX_FAULTS, and so in
 * libglassbox-faults.so; the library itself has nothing of this.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "glassbox.h"

#ifdef GLASSBOX_FAULTS

/*
 * Asks for one fault in the next creation or removal of this sandbox: the call that this side makes
 * after `index` others answers `error`, an errno, and is not made. With 0 the new process ends
 * there. Calls that can't fail, such as close, are not counted. 0, or -1 when too many are asked
 * for.
 */
GLASSBOX_EXPORT int glassbox_fault(const char *id, enum glassbox_side side, uint32_t index,
                                   int32_t error);

/*
 * How many calls that side made in the creation or removal that the fault was asked for, and
 * forgets the request. As many as `index` or fewer: there was no fault.
 */
GLASSBOX_EXPORT uint32_t glassbox_fault_calls(const char *id);

/* Around a creation and a removal: faults of this sandbox are for this thread, and its child. */
void faults_begin(const char *id);
void faults_end(void);

/* What the call is to answer instead of being made, or 0. */
long fault_of(long number);

#else

static inline void faults_begin(const char *id) {
  (void)id;
}

static inline void faults_end(void) {
}

static inline long fault_of(long number) {
  (void)number;
  return 0;
}

#endif
#endif
