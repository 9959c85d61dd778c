/* schema: the JSON Schema of what vrrp-json writes (share/vrrp-lines.schema.json), from the table of lib/core/keys.h;
 * with -k that table, a line each: EVENT KEY KIND. */
#include <stdio.h>
#include <string.h>

#include "core/keys.h"

static const struct {
    const char *name, *schema;
} kinds[] = {
    [KIND_TEXT] = {"text", "{\"type\": \"string\", \"minLength\": 1}"},
    [KIND_NUMBER] = {"number", "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 9007199254740992},"
                               " {\"type\": \"string\", \"pattern\": \"^[1-9][0-9]{15,19}$\"}]}"},
    [KIND_VERSION] = {"version", "{\"enum\": [2, 3, \"2+3\"]}"},
    [KIND_INTEGER] =
        {"integer",
         "{\"anyOf\": [{\"type\": \"integer\"}, {\"type\": \"string\", \"pattern\": \"^-?[1-9][0-9]{15,18}$\"}]}"},
    [KIND_DURATION] = {"duration", "{\"description\": \"milliseconds\", \"type\": \"number\", \"minimum\": 0}"},
    [KIND_MEASURED] = {"measured", "{\"description\": \"milliseconds\", \"type\": \"number\", \"minimum\": 0}"},
    [KIND_STEADY] = {"steady", "{\"description\": \"seconds\", \"type\": \"number\", \"minimum\": 0}"},
    [KIND_YES_NO] = {"yes-no", "{\"type\": \"boolean\"}"},
    [KIND_ADDRESS] = {"address", "{\"type\": \"string\", \"pattern\": \"^[0-9a-f.:]+$\"}"},
    [KIND_MAC] = {"mac", "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$\"}"},
    [KIND_LIST] = {"list", "{\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"minItems\": 1}"},
    [KIND_GARP] = {"garp", "{\"description\": \"count, milliseconds, count\", \"type\": \"array\","
                           " \"items\": {\"type\": \"number\", \"minimum\": 0}, \"minItems\": 1, \"maxItems\": 3}"},
};

static const char head[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"title\": \"A line of vrrp-events(5), as vrrp-json(1) writes it\",\n"
    "  \"type\": \"object\",\n"
    "  \"required\": [\"event\"],\n"
    "  \"properties\": {\n"
    "    \"time\": {\"description\": \"RFC 3339, UTC\", \"type\": \"string\",\n"
    "      \"pattern\": \"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{9}Z$\"},\n"
    "    \"time_ns\": {\"description\": \"nanoseconds since 1970\", \"type\": \"string\","
    " \"pattern\": \"^(0|[1-9][0-9]{0,18})$\"},\n"
    "    \"t\": {\"description\": \"seconds since 1970\", \"type\": \"number\", \"minimum\": 0},\n"
    "    \"event\": {\"type\": \"string\", \"pattern\": \"^[a-z][a-z0-9-]*$\"}\n"
    "  },\n"
    "  \"propertyNames\": {\"pattern\": \"^_?[a-z][a-z0-9_]*$\"},\n"
    "  \"dependentRequired\": {\"time\": [\"time_ns\", \"t\"], \"time_ns\": [\"time\", \"t\"], "
    "\"t\": [\"time\", \"time_ns\"]},\n"
    "  \"allOf\": [\n";

static void print_event(const struct event_keys *e, const char *then)
{
    printf("    {\n      \"if\": {\"properties\": {\"event\": {\"const\": \"%s\"}}},\n"
           "      \"then\": {\"properties\": {",
           e->event);
    for (size_t i = 0; i < e->count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s", e->keys[i].name);
        for (char *dash; (dash = strchr(name, '-')) != NULL;)
            *dash = '_';
        printf("%s\n        \"%s\": {\"$ref\": \"#/$defs/%s\"}", i > 0 ? "," : "", name, kinds[e->keys[i].kind].name);
    }
    printf("\n      }}\n    }%s\n", then);
}

static void print_schema(const struct event_keys *events, size_t count)
{
    fputs(head, stdout);
    for (size_t i = 0; i < count; i++)
        print_event(&events[i], i + 1 < count ? "," : "");
    printf("  ],\n  \"$defs\": {\n");
    for (size_t i = 0; i < nitems(kinds); i++)
        printf("    \"%s\": %s%s\n", kinds[i].name, kinds[i].schema, i + 1 < nitems(kinds) ? "," : "");
    printf("  }\n}\n");
}

int main(int argc, char **argv)
{
    size_t count;
    const struct event_keys *events = events_known(&count);
    if (argc < 2 || strcmp(argv[1], "-k") != 0) {
        print_schema(events, count);
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < events[i].count; k++)
            printf("%s %s %s\n", events[i].event, events[i].keys[k].name, kinds[events[i].keys[k].kind].name);
    return 0;
}
