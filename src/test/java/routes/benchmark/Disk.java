package routes.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The baseline of durability: how often a second this disk confirms a small write. */
final class Disk {

    private Disk() {}

    static double commitsPerSecond(Path folder, double seconds) throws IOException {
        Path file = Files.createTempFile(folder, "disk", null);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocateDirect(512);
            long start = System.nanoTime();
            long stop = start + (long) (seconds * 1e9);
            int commits = 0;
            while (System.nanoTime() < stop) {
                channel.write(block.clear());
                channel.force(false);
                commits++;
            }
            return commits * 1e9 / (System.nanoTime() - start);
        } finally {
            Files.delete(file);
        }
    }
}
