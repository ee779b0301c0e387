"""What of the files that come with a message the model is shown: how many, how many bytes, pages and pixels.

Limits of the API: https://platform.claude.com/docs/en/build-with-claude/vision and …/pdf-support
"""

MEGABYTE = 1_000_000
IMAGE_BYTES = 7 * MEGABYTE  # the API takes 10 MB, counted in base64
PDF_BYTES = 20 * MEGABYTE
DOCUMENT_BYTES = 20 * MEGABYTE
TEXT_BYTES = 4 * MEGABYTE
ALL_BYTES = 20 * MEGABYTE  # of one request, which may have 32 MB, counted in base64
MOST_FILES = 10  # of one request
MOST_PAGES, MOST_PAGES_OF_SMALL_WINDOW = 600, 100  # of one request
SMALL_WINDOW = 200_000  # tokens
TOKENS_PER_IMAGE = 1_600
MOST_PICTURES = 5  # of those inside one document
SMALLEST_SIDE = 40  # pixels of such a picture: what is smaller is a bullet or a line
TOKENS_PER_PAGE = 2_500  # a page goes as its text and as a picture of it
LONGEST_SIDE = 8_000  # pixels that the API takes of a picture
