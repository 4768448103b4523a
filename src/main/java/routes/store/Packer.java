package routes.store;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * Makes texts short: a head of a 1, the CRC-32C of the text and its length (big-endian, 1, 4 and 4 bytes), then a block of
 * LZ4. What an older version deflated begins with the 0x78 of zlib, and is read as well.
 *
 * <p>Thread-safe.
 */
final class Packer {

    private static final byte LZ4 = 1;
    private static final byte ZLIB = 0x78;
    private static final int HEAD = 9;
    /** Most that a byte of an LZ4 block stands for: a damaged length does not take all memory. */
    private static final int MOST_OF_A_BYTE = 255;

    private static final int CHUNK = 8_192;

    // Neither native code nor sun.misc.Unsafe, which is no faster: 13 µs for a notification of 5 KB, where zlib at its
    // fastest takes 63.
    private final LZ4Compressor compressor = LZ4Factory.safeInstance().fastCompressor();
    private final LZ4SafeDecompressor decompressor = LZ4Factory.safeInstance().safeDecompressor();

    /** @param text of any length that an array has */
    byte[] pack(byte[] text) {
        ByteBuffer packed = ByteBuffer.allocate(HEAD + compressor.maxCompressedLength(text.length));
        packed.put(LZ4).putInt(checksum(text)).putInt(text.length);
        int length = compressor.compress(text, 0, text.length, packed.array(), HEAD, packed.remaining());
        return Arrays.copyOf(packed.array(), HEAD + length);
    }

    /** @throws StoreException when it is damaged */
    byte[] unpack(byte[] packed) {
        try {
            if (packed.length >= HEAD && packed[0] == LZ4) {
                return decompress(ByteBuffer.wrap(packed));
            }
            if (packed.length > 0 && packed[0] == ZLIB) {
                return inflate(packed);
            }
        } catch (LZ4Exception | DataFormatException e) {
            throw damaged(e);
        }
        throw damaged(new DataFormatException("it does not begin as a packed text does"));
    }

    private byte[] decompress(ByteBuffer packed) throws DataFormatException {
        int checksum = packed.getInt(1);
        int length = packed.getInt(1 + Integer.BYTES);
        int block = packed.capacity() - HEAD;
        if (length < 0 || length > (long) block * MOST_OF_A_BYTE) {
            throw new DataFormatException("it cannot be of that length");
        }
        byte[] text = new byte[length];
        int count = decompressor.decompress(packed.array(), HEAD, block, text, 0);
        if (count != length || checksum(text) != checksum) {
            throw new DataFormatException("it is not what was packed");
        }
        return text;
    }

    private static int checksum(byte[] text) {
        CRC32C checksum = new CRC32C();
        checksum.update(text);
        return (int) checksum.getValue();
    }

    private static byte[] inflate(byte[] deflated) throws DataFormatException {
        ByteArrayOutputStream text = new ByteArrayOutputStream(deflated.length * 4);
        byte[] chunk = new byte[CHUNK];
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(deflated);
            while (!inflater.finished()) {
                int count = inflater.inflate(chunk);
                if (count == 0 && !inflater.finished()) {
                    throw new DataFormatException("it ends early, or asks for a dictionary");
                }
                text.write(chunk, 0, count);
            }
        } finally {
            inflater.end();
        }
        return text.toByteArray();
    }

    private static StoreException damaged(Exception reason) {
        return new StoreException("a stored text is damaged: restore the database from a backup", reason);
    }
}
