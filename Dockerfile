# The service in a container: docker build -t reelmatch . With optional parts: --build-arg EXTRAS=postgres,s3
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
ARG EXTRAS=""
COPY --from=build /src/constraints.txt /wheels/*.whl /wheels/
RUN pip install --no-cache-dir --constraint /wheels/constraints.txt \
        "$(echo /wheels/*.whl)${EXTRAS:+[$EXTRAS]}" \
    && useradd --create-home --uid 10001 reelmatch \
    && install -d -o reelmatch /data /data/uploads /media /shared
USER reelmatch
WORKDIR /home/reelmatch
ENV REELMATCH_HOME=/data REELMATCH_HOST=0.0.0.0 REELMATCH_LOG_FORMAT=json
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live')"]
CMD ["reelmatch", "serve"]
