# The wheel is built from this folder; what runs is the wheel with its pinned dependencies, and nothing else of it.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM ${PYTHON_IMAGE}
ENV PYTHONUNBUFFERED=1 \
    TECHNIC_HOME=/data \
    NUMBA_CACHE_DIR=/var/cache/technic-scanner
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin scanner \
    && install -d -o scanner -g scanner "$TECHNIC_HOME" "$NUMBA_CACHE_DIR"
COPY requirements.lock /usr/local/share/technic-scanner/
COPY --from=build /wheels /wheels
# Every file that comes from the package index is compared with its hash.
RUN pip install --no-cache-dir --require-hashes --requirement /usr/local/share/technic-scanner/requirements.lock \
    && pip install --no-cache-dir --no-deps --no-index /wheels/*.whl
USER 10001
# Compiles the kernels for the processor of this machine; another kind of processor compiles them at its first scan.
RUN technic-scanner warmup
WORKDIR /data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/api/health/ready', timeout=4)"]
# It listens beyond loopback, so TECHNIC_API_TOKENS has to be set.
CMD ["technic-scanner", "serve", "--host", "0.0.0.0"]
