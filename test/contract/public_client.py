"""A client of the public API as somebody else would write it: Python's standard library alone.

Uploads a GeoTIFF to a new mosaic with a multipart body that is sent in chunks without a Content-Length, runs a processing on
the image's footprint, polls it, and writes the result.

    python3 public_client.py BASE_URL TOKEN IMAGE RESULT [--basic]
"""

import base64
import http.client
import json
import sys
import time
import urllib.parse
import uuid


class Api:
    def __init__(self, base_url, token, basic):
        self.url = urllib.parse.urlsplit(base_url)
        credential = base64.b64encode(f"me@example.com:{token}".encode()).decode()
        self.authorization = f"Basic {credential}" if basic else f"Bearer {token}"

    def request(self, method, path, body=None, headers=None, chunked=False):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=60)
        headers = {"Authorization": self.authorization, **(headers or {})}
        connection.request(method, self.url.path + path, body, headers, encode_chunked=chunked)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        if response.status != 200:
            raise SystemExit(f"{method} {path}: HTTP {response.status} {data.decode(errors='replace')}")
        return data

    def json(self, method, path, value=None):
        headers = {"Content-Type": "application/json"}
        body = None if value is None else json.dumps(value)
        return json.loads(self.request(method, path, body, headers))

    def upload(self, mosaic_id, path):
        boundary = uuid.uuid4().hex

        def parts():
            yield (
                f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{path}\"\r\n"
                "Content-Type: application/octet-stream\r\n\r\n"
            ).encode()
            with open(path, "rb") as image:
                while chunk := image.read(7919):
                    yield chunk
            yield f"\r\n--{boundary}--\r\n".encode()

        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Transfer-Encoding": "chunked"}
        return json.loads(
            self.request("POST", f"/rasters/mosaic/{mosaic_id}/image", parts(), headers, chunked=True)
        )


def ring_of(wkt):
    numbers = wkt[wkt.index("((") + 2 : wkt.index("))")]
    return [[float(n) for n in pair.split()] for pair in numbers.split(",")]


def main(base_url, token, image, result, *options):
    api = Api(base_url, token, "--basic" in options)
    models = api.json("GET", "/user/status")["models"]
    model = next(model for model in models if "Forest" in model["name"])
    project = api.json("POST", "/projects", {"name": "From outside", "description": "by a script"})
    mosaic = api.json("POST", "/rasters/mosaic", {"name": "From outside", "tags": ["script"]})
    uploaded = api.upload(mosaic["id"], image)
    images = api.json("GET", f"/rasters/mosaic/{mosaic['id']}/image")
    assert [entry["id"] for entry in images] == [uploaded["id"]], images
    geometry = {"type": "Polygon", "coordinates": [ring_of(images[0]["footprint"])]}
    source = {"sourceParams": {"myImagery": {"imageIds": [uploaded["id"]]}}}
    cost = api.json(
        "POST", "/processing/cost/v2", {"wdId": model["id"], "geometry": geometry, "params": source}
    )
    processing = api.json(
        "POST",
        "/processings/v2",
        {
            "name": "Trees",
            "projectId": project["id"],
            "wdName": model["name"],
            "geometry": geometry,
            "params": source,
        },
    )
    assert processing["cost"] == cost, processing
    while processing["status"] in ("UNPROCESSED", "IN_PROGRESS", "AWAITING"):
        time.sleep(0.2)
        processing = api.json("GET", f"/processings/{processing['id']}/v2")
    assert processing["status"] == "OK", processing
    data = api.request("GET", f"/processings/{processing['id']}/result")
    with open(result, "wb") as file:
        file.write(data)
    print(json.dumps({"features": len(json.loads(data)["features"]), "cost": cost}))


if __name__ == "__main__":
    main(*sys.argv[1:])
