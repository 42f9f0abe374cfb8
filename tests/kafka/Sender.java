import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A department's program as one would write it: Sender BOOTSTRAP TOPIC THEME FILE sends the lines of the file, each a
 *  row as JSON, in transactions of a hundred. Before each goes a transaction with the same rows that is aborted, as by a
 *  sender that had second thoughts: with those rows damaged, so that one that is seen changes what is stored. */
public final class Sender {
    private static final int ROWS = 100;

    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "sender-" + args[1]);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        List<String> rows = Files.readAllLines(Path.of(args[3]));
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            for (int first = 0; first < rows.size(); first += ROWS) {
                List<String> some = rows.subList(first, Math.min(first + ROWS, rows.size()));
                producer.beginTransaction();
                send(producer, args[1], args[2], some.stream().map(row -> row.replace("样例", "中止")).toList());
                producer.flush(); // they lie at the broker
                producer.abortTransaction();
                producer.beginTransaction();
                send(producer, args[1], args[2], some);
                producer.commitTransaction();
            }
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, String theme, List<String> rows) {
        for (String row : rows) {
            ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, row.getBytes(StandardCharsets.UTF_8));
            message.headers().add("theme", theme.getBytes(StandardCharsets.UTF_8));
            producer.send(message);
        }
    }
}
