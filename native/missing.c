#include "missing.h"

#include "failure.h"
#include "text.h"

static struct glassbox_missing *add(struct glassbox_sandbox *sandbox, uint32_t need) {
  for (uint32_t i = 0; i < sandbox->missing_count; i++) {
    if (sandbox->missing[i].need == need) {
      return &sandbox->missing[i];
    }
  }
  sandbox->missing[sandbox->missing_count].need = need;
  return &sandbox->missing[sandbox->missing_count++];
}

void missing(struct glassbox_sandbox *sandbox, uint32_t need, const char *step, const char *object,
             long error) {
  struct glassbox_failure failure;
  fail(&failure, step, object, error);
  struct text text = TEXT(add(sandbox, need)->why);
  text_append(&text, failure.object);
  text_append(&text, ": ");
  text_append(&text, failure.error);
  text_append(&text, ". ");
  text_append(&text, failure.hint);
}

void missing_because(struct glassbox_sandbox *sandbox, uint32_t need, const char *why) {
  struct text text = TEXT(add(sandbox, need)->why);
  text_append(&text, why);
}
