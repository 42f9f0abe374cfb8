#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"

/* Pages from templates (templates/NAME.html). A template is HTML with marks:
 *
 *   {{name}}            the value, escaped for text and for attributes in double quotes
 *   {{%name}}           the value as a component of an address
 *   {{#list}}…{{/list}} once for each entry of the list; for a value: once when it is not empty
 *   {{^name}}…{{/name}} once when the list or value is empty
 *   {{>name}}           another template
 *
 * A name is looked for in the entry, then in what is around it; one that is nowhere is empty. There
 * is no way to put in anything that is not escaped. */
struct scope;

struct scope *scope_create(struct arena *a);
/* Names are literals; values live as long as the scope. A name that stands already gets the new
 * value. */
void scope_text(struct scope *s, const char *name, struct slice text);
void scope_cstr(struct scope *s, const char *name, const char *text);
/* With commas: "17,195". */
void scope_number(struct scope *s, const char *name, uint64_t v);
/* A new entry at the end of the list. */
struct scope *scope_add(struct scope *s, const char *list);

void template_render(const char *name, const struct scope *s, struct buf *b);
/* The same for a text, for tests. */
void template_render_text(struct slice text, const struct scope *s, struct buf *b);

void html_escape(struct slice text, struct buf *b);
void url_escape(struct slice text, struct buf *b);
