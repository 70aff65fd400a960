/*
 * Lets better-sqlite3 run on Electron 25, which speaks Node-API 8.
 *
 * better-sqlite3 is written for Node-API 10, where a reference may hold any value. With Node-API 8 it may hold objects,
 * functions and externals only, and better-sqlite3 keeps references to strings. So a value of another kind is put into a
 * box, an object that carries a type tag of ours, and taken out again when the reference is read.
 *
 * Put before everything else by the compiler (-include), for that runtime alone; see docs/bootstrap.md.
 */
#ifndef ORTHODESK_NAPI_COMPAT_H
#define ORTHODESK_NAPI_COMPAT_H

#undef NAPI_VERSION
#define NAPI_VERSION 8

#include <node_api.h>

static const napi_type_tag orthodesk_box_tag = {0x6f7274686f646573ULL, 0x6b2d626f782d7631ULL};

static inline napi_status orthodesk_create_reference(napi_env env, napi_value value, uint32_t initial_refcount,
                                                     napi_ref* result) {
  napi_valuetype type;
  napi_status status = napi_typeof(env, value, &type);
  if (status != napi_ok) return status;
  if (type == napi_object || type == napi_function || type == napi_external) {
    return napi_create_reference(env, value, initial_refcount, result);
  }
  napi_value box;
  if ((status = napi_create_object(env, &box)) != napi_ok) return status;
  if ((status = napi_type_tag_object(env, box, &orthodesk_box_tag)) != napi_ok) return status;
  if ((status = napi_set_element(env, box, 0, value)) != napi_ok) return status;
  return napi_create_reference(env, box, initial_refcount, result);
}

static inline napi_status orthodesk_get_reference_value(napi_env env, napi_ref ref, napi_value* result) {
  napi_status status = napi_get_reference_value(env, ref, result);
  if (status != napi_ok || *result == NULL) return status;
  napi_valuetype type;
  if ((status = napi_typeof(env, *result, &type)) != napi_ok) return status;
  if (type != napi_object) return napi_ok;
  bool boxed = false;
  if ((status = napi_check_object_type_tag(env, *result, &orthodesk_box_tag, &boxed)) != napi_ok) return status;
  return boxed ? napi_get_element(env, *result, 0, result) : napi_ok;
}

#define napi_create_reference orthodesk_create_reference
#define napi_get_reference_value orthodesk_get_reference_value

#endif
