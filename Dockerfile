# A small image: the pinned packages in a virtual environment, no compiler, no root.
#
#   docker build -t entrepairs .
#   docker run --rm --env-file .env -v entrepairs:/data entrepairs migrate
#   docker run -d --env-file .env -v entrepairs:/data -p 127.0.0.1:8081:8081 --init --stop-timeout 30 entrepairs
#
# --init: as the first process of a container, the bot would not hear a stop in its first two seconds.
# --stop-timeout: it ends what it has in hand, which may take some twenty seconds; Docker gives ten.
# A folder of the host in the place of the volume must belong to user 10001.
#
# Built and run with Docker Engine, on a stand-in for the base image (Debian 13's packages and a Python 3.13): migrate,
# doctor, run, health, stop, a root that may only be read. The official base image itself has not been tried.
FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/entrepairs
COPY requirements.lock ./
RUN /opt/entrepairs/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN /opt/entrepairs/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN groupadd --system --gid 10001 entrepairs \
    && useradd --system --uid 10001 --gid entrepairs --create-home entrepairs \
    && install --directory --owner=entrepairs --group=entrepairs --mode=700 /data
COPY --from=build /opt/entrepairs /opt/entrepairs
# LANG: the base has no other locale. The console speaks French there, English where LANG is given as en_GB.UTF-8.
ENV PATH=/opt/entrepairs/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    ENTREPAIRS_DATABASE_URL=sqlite:////data/entrepairs.db \
    ENTREPAIRS_WEB_HOST=0.0.0.0 \
    ENTREPAIRS_WEB_PORT=8081 \
    ENTREPAIRS_LOG_FORMAT=json
WORKDIR /data
VOLUME /data
USER entrepairs
EXPOSE 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"ENTREPAIRS_WEB_PORT\"]}/healthz', timeout=3)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["entrepairs"]
CMD ["run"]
