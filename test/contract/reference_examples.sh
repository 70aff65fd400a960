#!/usr/bin/env bash
# The calls of the published API reference, by curl, against a server that answers as it says there.
# Usage: reference_examples.sh BASE_URL TOKEN IMAGE
# Prints one line for each example: `ok NAME` when the status is 200 and every field that the reference prints is there.
set -euo pipefail

base=$1
token=$2
image=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# call NAME METHOD PATH [curl options…]: the answer goes to $folder/answer, its status is checked.
call() {
  local name=$1 method=$2 path=$3
  shift 3
  local status
  status=$(curl -sS -g -o "$folder/answer" -w '%{http_code}' -X "$method" "$base$path" \
    -H "Authorization: Bearer $token" "$@")
  if [ "$status" != 200 ]; then
    echo "$name: HTTP $status $(cat "$folder/answer")"
    exit 1
  fi
  current=$name
}

# has FIELD…: every field is in the answer (in its first member where that is a list).
has() {
  python3 - "$folder/answer" "$@" <<'PY' || { echo "$current: MISSING"; exit 1; }
import json, sys
value = json.load(open(sys.argv[1]))
value = value[0] if isinstance(value, list) else value
for field in sys.argv[2:]:
    found = value
    for key in field.split('.'):
        if not isinstance(found, dict) or key not in found:
            print('MISSING', field, 'in', value)
            sys.exit(1)
        found = found[key]
PY
  echo "ok $current"
}

field() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$folder/answer" "$1"; }
json=(-H 'Content-Type: application/json')

call 'create project' POST /projects "${json[@]}" \
  -d '{"name": "Urban Analysis 2026", "description": "Building footprints for city planning"}'
has id name description
project=$(field id)
call 'update project' PUT "/projects/$project" "${json[@]}" \
  -d '{"name": "Urban Analysis 2026 - Updated", "description": "Building and road detection"}'
has id name description

call 'user status' GET /user/status
has user.id user.email user.credits models

call 'create mosaic' POST /rasters/mosaic "${json[@]}" \
  -d '{"name": "Aerial Survey 2024", "tags": ["agriculture", "spring"]}'
has id name tags created_at
mosaic=$(field id)
call 'update mosaic' PUT "/rasters/mosaic/$mosaic" "${json[@]}" \
  -d '{"name": "Updated Survey Name", "tags": ["agriculture", "summer"]}'
has id
call 'upload image' POST "/rasters/mosaic/$mosaic/image" -H 'Content-Type: multipart/form-data' -F "file=@$image"
has id mosaic_id filename file_size uploaded_at
id=$(field id)
call 'get mosaic' GET "/rasters/mosaic/$mosaic"
has id name tags created_at image_count
call 'create mosaic and upload' POST '/rasters/mosaic/image?name=QuickSurvey&tags=test' \
  -H 'Content-Type: multipart/form-data' -F "file=@$image"
has id mosaic_id filename
other=$(field mosaic_id)
call 'link image' POST "/rasters/mosaic/$mosaic/link-image" "${json[@]}" -d "{\"url\": \"$image\"}"
has message mosaic_id
call 'images in mosaic' GET "/rasters/mosaic/$mosaic/image"
has id filename file_size uploaded_at footprint preview_url_s preview_url_l meta_data.crs meta_data.width \
  meta_data.height meta_data.count meta_data.pixel_size
call 'image metadata' GET "/rasters/image/$id"
has id filename file_size uploaded_at footprint meta_data.dtypes cog_link
call 'rename image' PUT "/rasters/image/$id?name=Updated%20Name"
has id

for _ in $(seq 200); do
  call 'image status' GET "/rasters/image/$id/status"
  [ "$(field preprocessing_status)" = COMPLETED ] && break
  sleep 0.1
done
has image_id data_available
call 'preview' GET "/rasters/image/$id/preview/s"
[ "$(head -c 2 "$folder/answer" | od -An -tx1 | tr -d ' ')" = ffd8 ] && echo 'ok preview'
call 'storage' GET /rasters/memory
has used_bytes limit_bytes used_gb limit_gb usage_percent

call 'area' GET "/rasters/image/$id"
geometry=$(python3 - "$folder/answer" <<'PY'
import json, sys
wkt = json.load(open(sys.argv[1]))['footprint']
ring = [[float(n) for n in pair.split()] for pair in wkt[wkt.index('((') + 2:wkt.index('))')].split(',')]
print(json.dumps({'type': 'Polygon', 'coordinates': [ring]}))
PY
)
call 'search' POST /catalog/meta "${json[@]}" -d "{\"aoi\": $geometry, \"acquisitionDateFrom\": \"2024-01-01T00:00:00Z\",
  \"maxCloudCover\": 0.1, \"maxResolution\": 0.5, \"limit\": 10, \"sortBy\": \"ACQUISITION_DATE\", \"sortOrder\": \"DESC\"}"
has id productType acquisitionDate pixelResolution cloudCover offNadirAngle providerName previewType previewUrl footprint.type

call 'cost' POST /processing/cost/v2 "${json[@]}" \
  -d '{"wdId": "8cb13006-a299-4df6-b47d-91bd63de947f", "areaSqKm": 1.5,
       "params": {"sourceParams": {"dataProvider": {"providerName": "Mapbox"}}}}'
grep -qx '[0-9]*' "$folder/answer" && echo 'ok cost'
call 'create processing' POST /processings/v2 "${json[@]}" -d "{\"name\": \"Aerial Survey 2026\", \"projectId\": \"$project\",
  \"wdName\": \"🌲 Forest\", \"geometry\": $geometry,
  \"params\": {\"sourceParams\": {\"myImagery\": {\"imageIds\": [\"$id\"]}}}}"
has id name status percentCompleted cost created
processing=$(field id)
for _ in $(seq 600); do
  call 'get processing' GET "/processings/$processing/v2"
  status=$(field status)
  [ "$status" = OK ] && break
  [ "$status" = FAILED ] && cat "$folder/answer" && exit 1
  sleep 0.1
done
has id name status percentCompleted area cost vectorLayer.id vectorLayer.tileUrl created updated
call 'list processings' GET /processings/v2
has id name projectId status percentCompleted
call 'list by project' GET "/projects/$project/processings/v2"
has id name
call 'result' GET "/processings/$processing/result"
has type features
call 'history' POST '/processings/stats?type=JSON' "${json[@]}" \
  -d '{"page": 1, "perPage": 50, "sort": "created:desc", "filter": "status=OK"}'
has results total
call 'update processing' PUT "/processings/$processing" "${json[@]}" \
  -d "{\"name\": \"New name\", \"description\": \"Updated description\", \"projectId\": \"$project\"}"
has id
call 'delete processing' DELETE "/processings/$processing"
echo 'ok delete processing'
call 'delete image' DELETE "/rasters/image/$id"
call 'delete mosaic' DELETE "/rasters/mosaic/$mosaic"
call 'delete mosaic' DELETE "/rasters/mosaic/$other"
echo 'ok delete mosaic'
