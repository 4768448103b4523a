package routes.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackerTest {

    private static final byte[] TEXT =
            "{\"type\":\"notification_event\",\"topic\":\"ticket.created\",\"id\":\"notif_1\",\"app_id\":\"app\",\"Größe\":1}"
                    .repeat(20)
                    .getBytes(UTF_8);

    private final Packer packer = new Packer();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 12, 13, 5_400, 65_547, 5 * 1024 * 1024})
    void whatIsPackedIsThereAgain(int length) {
        byte[] noise = new byte[length];
        new Random(length).nextBytes(noise);
        byte[] words = "ab c ".repeat(length / 5 + 1).substring(0, length).getBytes(UTF_8);

        assertArrayEquals(noise, packer.unpack(packer.pack(noise)));
        assertArrayEquals(words, packer.unpack(packer.pack(words)));
    }

    @Test
    void aNotificationTakesFewerBytes() {
        assertTrue(packer.pack(TEXT).length < TEXT.length / 5);
    }

    @Test
    void whatAnOlderVersionDeflatedIsRead() throws IOException {
        assertArrayEquals(TEXT, packer.unpack(deflated()));
    }

    /** A changed distance may mean the same text where it repeats itself. */
    @Test
    void aChangedBitDoesNotChangeTheText() {
        byte[] packed = packer.pack(TEXT);
        int refused = 0;
        for (int bit = 0; bit < packed.length * 8; bit++) {
            byte[] damaged = packed.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertArrayEquals(TEXT, packer.unpack(damaged), "bit " + bit);
            } catch (StoreException e) {
                refused++;
            }
        }
        assertTrue(refused > packed.length * 7, refused + " of " + packed.length * 8);
    }

    @Test
    void aLostEndIsRefused() throws IOException {
        for (byte[] whole : new byte[][] {packer.pack(TEXT), deflated()}) {
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThrows(StoreException.class, () -> packer.unpack(cut), "of " + cut.length + " bytes");
            }
        }
    }

    private static byte[] deflated() throws IOException {
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream zlib = new DeflaterOutputStream(deflated)) {
            zlib.write(TEXT);
        }
        return deflated.toByteArray();
    }
}
